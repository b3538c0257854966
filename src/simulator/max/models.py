"""What the pretended MAX remembers: people, dialogs, their messages, files, webhooks, updates."""

import secrets
from typing import Any, Final

from django.db import models
from django.db.models import F
from django.utils import timezone

_FIRST_USER: Final = 500_000_000
_FIRST_CHAT: Final = 180_000_000


class Person(models.Model):
    """A MAX account. `version` grows with everything that the phone should show anew."""

    phone = models.CharField(max_length=20, unique=True)
    first_name = models.CharField(max_length=60, default="Пациент")
    last_name = models.CharField(max_length=60, blank=True)
    version = models.PositiveBigIntegerField(default=1)
    toast = models.JSONField(null=True)
    """The last one-off note of a bot: {"id", "bot", "text", "at" in milliseconds}."""

    class Meta:
        db_table = "simulator_max_person"

    def __str__(self) -> str:
        return f"MAX {self.user_id}"

    @property
    def user_id(self) -> int:
        return _FIRST_USER + self.pk

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @staticmethod
    def key_of(user_id: int) -> int:
        return user_id - _FIRST_USER

    def touch(self) -> None:
        """Have the phone show what has changed."""
        Person.objects.filter(pk=self.pk).update(version=F("version") + 1)


class DialogState(models.TextChoices):
    ACTIVE = "active", "Идёт"
    STOPPED = "stopped", "Бот остановлен"
    REMOVED = "removed", "Удалён"


class Dialog(models.Model):
    """A person's chat with a bot. Messages up to `cleared_upto` are no longer shown to the person."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="dialogs")
    bot_id = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=DialogState, default=DialogState.ACTIVE)
    muted = models.BooleanField(default=False)
    unread = models.PositiveIntegerField(default=0)
    cleared_upto = models.BigIntegerField(default=0)

    class Meta:
        db_table = "simulator_max_dialog"
        constraints = (models.UniqueConstraint(fields=("person", "bot_id"), name="one_dialog_with_a_bot"),)

    def __str__(self) -> str:
        return f"MAX {self.chat_id}"

    @property
    def chat_id(self) -> int:
        return _FIRST_CHAT + self.pk

    @staticmethod
    def key_of(chat_id: int) -> int:
        return chat_id - _FIRST_CHAT


class ChatMessage(models.Model):
    """A message of a dialog; `attachments` are as the wire has them, their addresses without a host."""

    dialog = models.ForeignKey(Dialog, on_delete=models.CASCADE, related_name="messages")
    mid = models.CharField(max_length=40, unique=True)
    seq = models.BigIntegerField()
    by_bot = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    text = models.TextField(null=True)  # noqa: DJ001  MAX tells an empty text from none
    attachments = models.JSONField(default=list)
    link = models.JSONField(null=True)

    class Meta:
        db_table = "simulator_max_message"
        ordering = ("id",)

    def __str__(self) -> str:
        return self.mid

    def name_it(self) -> None:
        """Make the message's names as MAX does: time and chance in `seq`, the chat and `seq` in `mid`."""
        self.seq = milliseconds(self.at) << 16 | secrets.randbits(16)
        self.mid = f"mid.{self.dialog.chat_id:016x}{self.seq:016x}"

    @property
    def keyboard(self) -> list[list[dict[str, Any]]]:
        for attachment in self.attachments:
            if attachment["type"] == "inline_keyboard":
                rows: list[list[dict[str, Any]]] = attachment["payload"]["buttons"]
                return rows
        return []


class Press(models.Model):
    """A press of a button that waits for the bot's answer; a message may be deleted meanwhile."""

    callback_id = models.CharField(max_length=64, unique=True)
    dialog = models.ForeignKey(Dialog, on_delete=models.CASCADE)
    message = models.ForeignKey(ChatMessage, null=True, on_delete=models.SET_NULL)

    class Meta:
        db_table = "simulator_max_press"

    def __str__(self) -> str:
        return self.callback_id


class Upload(models.Model):
    """A place for one file, and the file once it came; `not_ready` sends are still to be refused."""

    place = models.CharField(max_length=64, unique=True)
    token = models.CharField(max_length=64, unique=True)
    bot_id = models.BigIntegerField()
    kind = models.CharField(max_length=8)
    name = models.CharField(max_length=255, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    content = models.BinaryField(null=True)
    not_ready = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "simulator_max_upload"

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class MaxSubscription(models.Model):
    """A subscription of a bot. `update_types` null means all; `failing_since` null means that it answers."""

    bot_id = models.BigIntegerField(db_index=True)
    url = models.CharField(max_length=2048)
    secret = models.CharField(max_length=256, blank=True)
    update_types = models.JSONField(null=True)
    at = models.DateTimeField(default=timezone.now)
    failing_since = models.DateTimeField(null=True)

    class Meta:
        db_table = "simulator_max_webhook"
        constraints = (models.UniqueConstraint(fields=("bot_id", "url"), name="one_webhook_an_address"),)

    def __str__(self) -> str:
        return f"webhook {self.pk}"


class Delivery(models.Model):
    """An update on its way to a webhook; the row goes once it was taken or given up."""

    webhook = models.ForeignKey(MaxSubscription, on_delete=models.CASCADE)
    body = models.TextField()
    due_at = models.DateTimeField(db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "simulator_max_delivery"
        ordering = ("id",)

    def __str__(self) -> str:
        return f"delivery {self.pk}"


class Pending(models.Model):
    """An update of a bot without webhooks, for its long polling; the row's number is the marker."""

    bot_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    body = models.TextField()

    class Meta:
        db_table = "simulator_max_pending"
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Commands(models.Model):
    """The menu of a bot."""

    bot_id = models.BigIntegerField(primary_key=True)
    listed = models.JSONField(default=list)

    class Meta:
        db_table = "simulator_max_commands"

    def __str__(self) -> str:
        return f"commands {self.pk}"


class Window(models.Model):
    """Moments of the last calls that a limit counts, in nanoseconds of the machine's monotonic clock."""

    key = models.CharField(primary_key=True, max_length=40)
    moments = models.JSONField(default=list)

    class Meta:
        db_table = "simulator_max_window"

    def __str__(self) -> str:
        return self.key


class MaxFault(models.TextChoices):
    """What goes wrong between a bot and MAX."""

    NONE = "none", "Работает"
    ERROR_500 = "error_500", "Ошибка 500"
    HTML_502 = "html_502", "Страница 502"
    UNAVAILABLE = "unavailable", "Временно недоступен (503)"
    ANSWER_LOST = "answer_lost", "Принял, но ответ потерялся"
    MALFORMED = "malformed", "Принял, ответ не JSON"
    UNSUCCESSFUL = "unsuccessful", "Отказ с кодом 200"
    SLOW = "slow", "Отвечает медленно"
    DUPLICATES = "duplicates", "Приносит каждое событие трижды"
    DISORDER = "disorder", "Приносит события вразнобой"
    ODD_FIELDS = "odd_fields", "Пропускает поля и добавляет незнакомые"
    SLOW_FILES = "slow_files", "Файлы долго обрабатываются"


OF_CALLS: Final = frozenset(
    {
        MaxFault.ERROR_500,
        MaxFault.HTML_502,
        MaxFault.UNAVAILABLE,
        MaxFault.ANSWER_LOST,
        MaxFault.MALFORMED,
        MaxFault.UNSUCCESSFUL,
        MaxFault.SLOW,
    }
)
"""Faults that befall a call of a bot, not the updates or the files."""


class MaxBehaviour(models.Model):
    """The switches; one row for all processes."""

    fault = models.CharField(max_length=16, choices=MaxFault, default=MaxFault.NONE)
    left = models.PositiveIntegerField(null=True)
    """How many calls a fault of calls will still befall; null until it is switched off."""
    slow_seconds = models.FloatField(default=3)
    not_ready_sends = models.PositiveIntegerField(default=2)
    """How many sends of a freshly uploaded file are refused while files are slow."""
    limits = models.BooleanField(default=True)
    start_again = models.BooleanField(default=True)
    """Whether a link with a payload tells the bot `bot_started` when the dialog goes on already."""
    strict_storage = models.BooleanField(default=True)
    """Whether the upload host refuses a request that carries Authorization."""

    class Meta:
        db_table = "simulator_max_behaviour"

    def __str__(self) -> str:
        return str(self.get_fault_display())

    @classmethod
    def current(cls) -> "MaxBehaviour":
        return cls.objects.first() or cls(pk=1)


def milliseconds(at: Any) -> int:
    """Bring a moment to MAX's unit."""
    return int(at.timestamp() * 1000)
