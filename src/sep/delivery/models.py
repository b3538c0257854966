"""Messages on their way and every attempt to hand one to a gateway."""

from django.db import models

from sep.delivery.max.models import Dialog
from sep.documents.models import Document, Package
from sep.parties.identifiers import ulid_key
from sep.parties.models import Organization, phone_index

SECRET_PLACE = "\ufffc"  # noqa: S105  a mark, not a secret
"""Stands in a kept text where the secret (a code, a link's token) was: OBJECT REPLACEMENT CHARACTER."""


class Purpose(models.TextChoices):
    INVITATION = "invitation", "Приглашение"
    CODE = "code", "Код подтверждения"
    SIGN_IN = "sign_in", "Код для входа в кабинет"
    PHONE_CHECK = "phone_check", "Код проверки телефона"
    NOTICE = "notice", "Уведомление"


PERSON_WAITS = frozenset({Purpose.CODE, Purpose.SIGN_IN, Purpose.PHONE_CHECK})
"""Messages for which somebody waits with the page open."""


class Channel(models.TextChoices):
    SMS = "sms", "СМС"
    MAX = "max", "MAX"


class DeliveryState(models.TextChoices):
    RESERVED = "reserved", "В запасе"  # goes only if the message before it cannot be delivered
    PENDING = "pending", "Отправляется"
    ACCEPTED = "accepted", "Принято оператором"
    DELIVERED = "delivered", "Доставлено"
    FAILED = "failed", "Не доставлено"


class Delivery(models.Model):
    """One message to one phone, by SMS or into the MAX of its owner.

    Its exact text is kept, the secret in it only while it is needed. An invitation into MAX has an SMS in
    reserve: written at the same moment, sent when MAX does not take the first.
    """

    id = ulid_key()
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    package = models.ForeignKey(Package, null=True, on_delete=models.PROTECT, related_name="deliveries")
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT)
    purpose = models.CharField(max_length=20, choices=Purpose)
    channel = models.CharField(max_length=20, choices=Channel)
    phone_index = models.BinaryField(max_length=32)
    phone_sealed = models.BinaryField()
    dialog = models.ForeignKey(Dialog, null=True, on_delete=models.PROTECT)
    keyboard = models.JSONField(default=list)
    reserve = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reserve_of")
    text = models.BinaryField()
    secret = models.BinaryField(null=True)
    parts = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=20, choices=DeliveryState, default=DeliveryState.PENDING)
    failure = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["phone_index", "purpose", "created_at"], name="delivery_to_phone"),
            models.Index(fields=["organization", "created_at"], name="delivery_of_organization"),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def phone(self) -> str:
        """To which number it goes, E.164."""
        return self.organization.key.decrypt(self.phone_sealed, f"delivery.phone|{self.id}").decode()

    @phone.setter
    def phone(self, phone: str) -> None:
        self.phone_sealed = self.organization.key.encrypt(phone.encode(), f"delivery.phone|{self.id}")
        self.phone_index = phone_index(phone)

    def write_text(self, text: str, secret: str) -> None:
        """Keep `text` with each place of `secret` marked, and the secret, if there is one, apart from it."""
        key = self.organization.key
        kept = text.replace(secret, SECRET_PLACE) if secret else text
        self.text = key.encrypt(kept.encode(), f"delivery.text|{self.id}")
        self.secret = key.encrypt(secret.encode(), f"delivery.secret|{self.id}")

    @property
    def kept_text(self) -> str:
        """The exact text with six dots in the place of the secret: what evidence may show."""
        text = self.organization.key.decrypt(self.text, f"delivery.text|{self.id}").decode()
        return text.replace(SECRET_PLACE, "••••••")

    @property
    def live_secret(self) -> str | None:
        """The secret while the message may still have to be sent, `None` after."""
        if self.secret is None:
            return None
        return self.organization.key.decrypt(self.secret, f"delivery.secret|{self.id}").decode()

    @property
    def live_text(self) -> str | None:
        """The text as it goes to the gateway, `None` when its secret is gone."""
        secret = self.live_secret
        if secret is None:
            return None
        text = self.organization.key.decrypt(self.text, f"delivery.text|{self.id}").decode()
        return text.replace(SECRET_PLACE, secret)


class AttemptState(models.TextChoices):
    INTENT = "intent", "Передаётся"
    ACCEPTED = "accepted", "Принято"
    REJECTED_PERMANENT = "rejected_permanent", "Отклонено"
    REJECTED_TEMPORARY = "rejected_temporary", "Временный отказ"
    UNKNOWN = "unknown", "Ответ не получен"


class Attempt(models.Model):
    """One try at one gateway. Its id is our own id there, so that a lost answer can be asked for."""

    id = models.AutoField(primary_key=True)  # SMSC.ru takes own ids of 1…2147483647
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    gateway = models.CharField(max_length=20)
    gateway_message_id = models.CharField(max_length=100, blank=True, db_index=True)
    state = models.CharField(max_length=20, choices=AttemptState, default=AttemptState.INTENT)
    code = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    cost = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    started_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    receipt_state = models.CharField(max_length=20, blank=True)
    receipt_at = models.DateTimeField(null=True)
    ask_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="attempt_number")]

    def __str__(self) -> str:
        return f"{self.delivery_id}#{self.number}"
