"""The clinic itself (ЛПУ): its requisites, and the three settings that connect it to the service."""

import uuid

from django.db import models

from sep import vault


class ConnectionState(models.TextChoices):
    """What the last check of the connection found; each failure has a sentence in `connection.py`."""

    UNCHECKED = "", "Не проверено"
    CHECKING = "checking", "Проверяется"
    WORKS = "works", "Работает"
    ADDRESS = "address", "Адрес не отвечает"
    CERTIFICATE = "certificate", "Сертификат не подтверждён"
    TOKEN = "token", "Токен не принят"
    INSTITUTION = "institution", "Токен другой МО"
    TIMEOUT = "timeout", "Нет ответа вовремя"
    SERVICE = "service", "Ошибка на стороне сервиса"


class Institution(models.Model):
    """A clinic with its staff, patients and forms; nobody sees another's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("Наименование", max_length=120)
    full_name = models.CharField("Наименование полное", max_length=300)
    address = models.CharField("Адрес", max_length=300, blank=True)
    phone = models.CharField("Телефон", max_length=40, blank=True)
    email = models.EmailField("Электронная почта", blank=True)
    inn = models.CharField("ИНН", max_length=12, blank=True)
    kpp = models.CharField("КПП", max_length=9, blank=True)
    ogrn = models.CharField("ОГРН", max_length=15, blank=True)
    bank_account = models.CharField("Банковские реквизиты", max_length=300, blank=True)
    licence = models.CharField("Лицензия на медицинскую деятельность", max_length=300, blank=True)
    head_position = models.CharField("Должность руководителя", max_length=120, blank=True)
    head_name = models.CharField("Ф. И. О. руководителя", max_length=150, blank=True)
    head_basis = models.CharField("Действует на основании", max_length=120, default="Устава")
    time_zone = models.CharField("Часовой пояс", max_length=40, default="Europe/Moscow")

    service_address = models.URLField("Адрес сервиса КЭП", max_length=300, blank=True)
    token_sealed = models.BinaryField(null=True, editable=False)
    id_lpu = models.CharField("Идентификатор МО для КЭП", max_length=64, blank=True)
    connection_state = models.CharField(
        max_length=20, choices=ConnectionState, default=ConnectionState.UNCHECKED, blank=True
    )
    connection_checked_at = models.DateTimeField(null=True)
    connection_organization = models.CharField(max_length=300, blank=True, editable=False)
    send_at_once = models.BooleanField(
        "Отправлять документы сразу после печати",
        default=False,
        help_text="Формы с настройкой «Передавать PDF в: СЭП» уходят пациенту без нажатия «Отправить».",
    )
    events_cursor = models.CharField(max_length=100, blank=True, editable=False)
    wrapped_key = models.BinaryField(default=vault.new_wrapped_key, editable=False)

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> vault.Key:
        """The key under which this clinic's token and files are kept."""
        return vault.open_key(bytes(self.wrapped_key))

    @property
    def is_connected(self) -> bool:
        """Whether all three settings are filled in."""
        return bool(self.service_address and self.token_sealed and self.id_lpu)

    def set_token(self, token: str) -> None:
        """Keep «Авторизационный токен МИС КЭП» encrypted; it is never shown again."""
        self.token_sealed = self.key.encrypt(token.encode(), f"institution.token|{self.id}")

    @property
    def token(self) -> str:
        """The token in clear, for a request to the service and nothing else."""
        if self.token_sealed is None:
            return ""
        return self.key.decrypt(self.token_sealed, f"institution.token|{self.id}").decode()


class Wish(models.TextChoices):
    """What somebody wants of the service about the bot, and the worker has not done yet."""

    NOTHING = "", ""
    ASK = "ask", "Спрашиваем сервис"
    CONNECT = "connect", "Подключаем"
    DISCONNECT = "disconnect", "Отключаем"


class MaxBot(models.Model):
    """The bot in MAX: a copy of what the service said last, and what was asked of it since.

    The bot's token only passes through: it waits here, sealed, until the worker has handed it over.
    """

    institution = models.OneToOneField(
        Institution, primary_key=True, on_delete=models.CASCADE, related_name="max_bot"
    )
    wish = models.CharField(max_length=10, choices=Wish, default=Wish.NOTHING, blank=True)
    asked_at = models.DateTimeField(null=True)
    token_sealed = models.BinaryField(null=True)
    problem = models.CharField(max_length=500, blank=True)

    told_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=20, blank=True)
    message = models.CharField(max_length=500, blank=True)
    is_own = models.BooleanField(default=False)
    username = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=200, blank=True)
    start_link = models.CharField(max_length=300, blank=True)
    app_address = models.CharField(max_length=1024, blank=True)
    people = models.PositiveIntegerField(default=0)
    last_update_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.username or self.state

    @property
    def token(self) -> str:
        """The bot's token in clear, for a request to the service and nothing else."""
        if self.token_sealed is None:
            return ""
        return self.institution.key.decrypt(self.token_sealed, self._place).decode()

    @token.setter
    def token(self, token: str) -> None:
        self.token_sealed = self.institution.key.encrypt(token.encode(), self._place) if token else None

    @property
    def _place(self) -> str:
        return f"institution.max_bot|{self.institution_id}"


class SigningRules(models.Model):
    """The rules of signing: a copy of what the service said last, and the changes wanted since.

    `organization` and `policies` are the answers of `GET /v1/organization` and `/v1/signing-policies`;
    `wishes` wait for the worker in the order in which they were made.
    """

    institution = models.OneToOneField(
        Institution, primary_key=True, on_delete=models.CASCADE, related_name="signing_rules"
    )
    wishes = models.JSONField(default=list)
    asked_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=500, blank=True)
    told_at = models.DateTimeField(null=True)
    organization = models.JSONField(default=dict)
    policies = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.institution_id}"
