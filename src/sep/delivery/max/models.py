"""Bots in MAX and the people who talk to them."""

from datetime import datetime
from typing import Any

from django.db import models

from sep import vault
from sep.parties.identifiers import ulid_key
from sep.parties.models import Organization


class Bot(models.Model):
    """One bot: of one organization, or of all that have none of their own.

    A bot belongs to a verified ИНН, so a clinic may entrust its own. Whether a person has started it, and the
    proofs made with its token, hold for this bot alone.
    """

    id = ulid_key()
    organization = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="bots")
    user_id = models.BigIntegerField(unique=True)
    username = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    wrapped_key = models.BinaryField(default=vault.new_wrapped_key)
    token_sealed = models.BinaryField()
    secret_sealed = models.BinaryField()
    webhook_key = models.CharField(max_length=43, unique=True)
    has_mini_app = models.BooleanField(default=True)
    trouble = models.CharField(max_length=300, blank=True)
    connected_at = models.DateTimeField()
    disconnected_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    resubscribed_at = models.DateTimeField(null=True)
    last_update_at = models.DateTimeField(null=True)
    next_slot = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=models.Q(disconnected_at__isnull=True),
                name="one_bot_an_organization",
            ),
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(organization__isnull=True, disconnected_at__isnull=True),
                name="one_bot_for_all",
            ),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def key(self) -> vault.Key:
        """The key under which the bot's secrets, its people's phones and its inbox are kept."""
        return vault.open_key(bytes(self.wrapped_key))

    @property
    def token(self) -> str:
        return self.key.decrypt(self.token_sealed, f"bot.token|{self.id}").decode()

    @token.setter
    def token(self, token: str) -> None:
        self.token_sealed = self.key.encrypt(token.encode(), f"bot.token|{self.id}")

    @property
    def secret(self) -> str:
        """What MAX puts into `X-Max-Bot-Api-Secret`."""
        return self.key.decrypt(self.secret_sealed, f"bot.secret|{self.id}").decode()

    @secret.setter
    def secret(self, secret: str) -> None:
        self.secret_sealed = self.key.encrypt(secret.encode(), f"bot.secret|{self.id}")

    def start_link(self, payload: str = "") -> str:
        """Where a person starts the chat; a payload of up to 128 characters comes back with `bot_started`."""
        return f"https://max.ru/{self.username}" + (f"?start={payload}" if payload else "")


class RequestState(models.TextChoices):
    CONNECTING = "connecting", "Подключается"
    CONNECTED = "connected", "Подключён"
    REFUSED = "refused", "Не подключён"


class ConnectionRequest(models.Model):
    """An organization's wish to connect its bot: the worker talks to MAX, nobody waits for it in a page."""

    organization = models.OneToOneField(Organization, primary_key=True, on_delete=models.PROTECT)
    token_sealed = models.BinaryField(null=True)
    state = models.CharField(max_length=20, choices=RequestState)
    code = models.CharField(max_length=40, blank=True)
    message = models.CharField(max_length=300, blank=True)
    requested_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.state}"


class Reach(models.TextChoices):
    """Whether the bot may write to a person. Only he himself can change it, by starting the bot."""

    NOT_STARTED = "not_started", "Чат не начат"
    OPEN = "open", "Чат открыт"
    STOPPED = "stopped", "Бот остановлен пациентом"
    UNREACHABLE = "unreachable", "Чат недоступен"


class Dialog(models.Model):
    """One person and one bot: how far they have come.

    invited (an SMS with a link) → started → phone verified → stopped or unreachable. A verified phone is what
    binds a MAX account to the signers of that number; a link proves only that someone holds the link, so the
    phone it was sent to is a hint (`hinted_index`), good for telling the clinic how far its patient is.
    """

    id = ulid_key()
    bot = models.ForeignKey(Bot, on_delete=models.PROTECT, related_name="dialogs")
    max_user_id = models.BigIntegerField()
    reach = models.CharField(max_length=20, choices=Reach, default=Reach.NOT_STARTED)
    reach_at = models.DateTimeField()
    muted_until = models.DateTimeField(null=True)
    phone_index = models.BinaryField(max_length=32, null=True)
    phone_sealed = models.BinaryField(null=True)
    hinted_index = models.BinaryField(max_length=32, null=True, db_index=True)
    verified_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    next_slot = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bot", "max_user_id"], name="one_dialog_a_person"),
            models.UniqueConstraint(
                fields=["bot", "phone_index"],
                condition=models.Q(phone_index__isnull=False),
                name="one_dialog_a_phone",
            ),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def is_verified(self) -> bool:
        return self.verified_at is not None

    @property
    def phone(self) -> str:
        """The verified phone in E.164, empty when there is none."""
        if self.phone_sealed is None:
            return ""
        return self.bot.key.decrypt(self.phone_sealed, f"dialog.phone|{self.id}").decode()

    def is_muted(self, now: datetime) -> bool:
        return self.muted_until is not None and now < self.muted_until

    def save_fields(self, **changes: Any) -> None:
        """Set fields and save just these."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.save(update_fields=list(changes))
