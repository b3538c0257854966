"""What the simulator remembers: messages, and how the gateway and the handset behave now."""

from typing import Any

from django.db import models
from django.utils import timezone

from simulator.esia.models import EsiaBehaviour, EsiaFault, EsiaGrant
from simulator.max.models import (
    ChatMessage,
    Commands,
    Delivery,
    Dialog,
    MaxBehaviour,
    MaxSubscription,
    Pending,
    Person,
    Press,
    Upload,
    Window,
)

__all__ = [
    "Behaviour",
    "Channel",
    "ChatMessage",
    "Commands",
    "Delivery",
    "Dialog",
    "EsiaBehaviour",
    "EsiaFault",
    "EsiaGrant",
    "GatewayFault",
    "HandsetFault",
    "MaxBehaviour",
    "MaxSubscription",
    "Message",
    "Pending",
    "Person",
    "Press",
    "Upload",
    "Window",
]


class Channel(models.TextChoices):
    SMS = "sms", "SMS"
    MAX = "max", "MAX"


class GatewayFault(models.TextChoices):
    """What goes wrong between a client and the gateway."""

    NONE = "none", "Работает"
    NO_ANSWER = "no_answer", "Молчит"
    ANSWER_LOST = "answer_lost", "Принял, но ответ потерялся"
    ERROR_500 = "error_500", "Ошибка 500"
    NO_MONEY = "no_money", "Кончились деньги"

    @property
    def explanation(self) -> str:
        return GATEWAY_EXPLANATIONS[self]


class HandsetFault(models.TextChoices):
    """What goes wrong between the gateway and the person."""

    NONE = "none", "На связи"
    LATE_RECEIPT = "late_receipt", "Отчёт о доставке опаздывает"
    UNDELIVERABLE = "undeliverable", "Доставить невозможно"
    OPTED_OUT = "opted_out", "Отказ от массовых SMS"

    @property
    def explanation(self) -> str:
        return HANDSET_EXPLANATIONS[self]


GATEWAY_EXPLANATIONS: dict[str, str] = {
    GatewayFault.NONE: "Принимает сообщения и сразу доставляет.",
    GatewayFault.NO_ANSWER: "Соединение обрывается без ответа, сообщение не принято.",
    GatewayFault.ANSWER_LOST: "SMS придёт, но служба узнает об этом, только спросив шлюз ещё раз.",
    GatewayFault.ERROR_500: "Вместо ответа — страница с ошибкой сервера.",
    GatewayFault.NO_MONEY: "Шлюз отказывает, пока счёт не пополнят.",
}
HANDSET_EXPLANATIONS: dict[str, str] = {
    HandsetFault.NONE: "SMS приходит, отчёт о доставке — через секунду.",
    HandsetFault.LATE_RECEIPT: "SMS приходит сразу, отчёт о доставке — через 20 секунд.",
    HandsetFault.UNDELIVERABLE: "Шлюз принял SMS, но номера больше нет. Нужен другой канал.",
    HandsetFault.OPTED_OUT: "Абонент запретил у оператора массовые сообщения.",
}


class Behaviour(models.Model):
    """The switches of the page; one row for all processes."""

    gateway = models.CharField(max_length=20, choices=GatewayFault, default=GatewayFault.NONE)
    handset = models.CharField(max_length=20, choices=HandsetFault, default=HandsetFault.NONE)

    def __str__(self) -> str:
        return f"{self.get_gateway_display()}; {self.get_handset_display()}"

    @classmethod
    def current(cls) -> "Behaviour":
        return cls.objects.first() or cls(pk=1)


class Message(models.Model):
    """A message on its way to a number. `number` is the gateway's id, unique for a receiver.

    `outcome` and `reason` are what the channel will report once `due_at` has come; they are codes of the
    channel's own wire format. `arrived`: whether the phone shows the message.
    """

    channel = models.CharField(max_length=8, choices=Channel, default=Channel.SMS)
    number = models.BigIntegerField()
    to = models.CharField(max_length=20, db_index=True)
    sender = models.CharField(max_length=40, blank=True)
    text = models.TextField()
    parts = models.PositiveSmallIntegerField(default=1)
    cost = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    at = models.DateTimeField(default=timezone.now)
    arrived = models.BooleanField(default=True)
    outcome = models.SmallIntegerField()
    reason = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField()
    receipt_at = models.DateTimeField(null=True, db_index=True)
    """When to send the receipt next; null once it was taken or given up."""
    receipt_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("channel", "number", "to"), name="one_message_per_number"),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.number}"

    @property
    def settled(self) -> bool:
        """Whether the outcome is known already."""
        return timezone.now() >= self.due_at

    def public(self) -> dict[str, Any]:
        """The message as the phone's API shows it."""
        return {
            "id": self.pk,
            "at": timezone.localtime(self.at).isoformat(timespec="milliseconds"),
            "channel": self.channel,
            "to": self.to,
            "text": self.text,
        }
