"""Cabinets of others, whom they may know of, what they are told, and what they have asked."""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass

from django.db import models

from sep import vault
from sep.ceremony.models import Acquaintance
from sep.documents.models import Document, Package
from sep.parties.identifiers import ulid_key
from sep.parties.models import Organization


@dataclass(frozen=True)
class Secrets:
    """What a cabinet shares with us, each in the form of Standard Webhooks: `whsec_` and base64.

    Attributes:
        outgoing: signs what we send.
        incoming: signs what the cabinet asks.
        recipient: makes an opaque recipient of a phone; apart, so that the others can be changed.
    """

    outgoing: str
    incoming: str
    recipient: str

    @classmethod
    def new(cls) -> "Secrets":
        return cls(*("whsec_" + base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(3)))


class ExternalCabinet(models.Model):
    """A cabinet that may show documents of one organization, or of all when it has none.

    Attributes:
        origins: sites that may frame the signing pages, such as `https://mila.example`.
        disabled_at: since when it is off: by the command, or by its own answer 410.
    """

    id = ulid_key()
    organization = models.ForeignKey(
        Organization, null=True, on_delete=models.PROTECT, related_name="external_cabinets"
    )
    name = models.CharField(max_length=100)
    webhook = models.URLField(max_length=500)
    origins = models.JSONField(default=list)
    wrapped_key = models.BinaryField(default=vault.new_wrapped_key)
    secrets_sealed = models.BinaryField()
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    @property
    def secrets(self) -> Secrets:
        key = vault.open_key(bytes(self.wrapped_key))
        return Secrets(**json.loads(key.decrypt(self.secrets_sealed, f"external_cabinet.secrets|{self.id}")))

    @secrets.setter
    def secrets(self, made: Secrets) -> None:
        key = vault.open_key(bytes(self.wrapped_key))
        plain = json.dumps(asdict(made)).encode()
        self.secrets_sealed = key.encrypt(plain, f"external_cabinet.secrets|{self.id}")

    def recipient_of(self, phone: str) -> str:
        """Return HMAC-SHA-256 of an E.164 phone in hex: it tells a phone only to who knows it."""
        secret = base64.b64decode(self.secrets.recipient.removeprefix("whsec_"))
        return hmac.new(secret, phone.encode(), hashlib.sha256).hexdigest()


class Recipient(models.Model):
    """A phone of which a cabinet was told, and how often its owner's birth date was told wrongly."""

    id = ulid_key()
    cabinet = models.ForeignKey(ExternalCabinet, on_delete=models.CASCADE, related_name="recipients")
    code = models.CharField(max_length=64)
    phone_index = models.BinaryField(max_length=32)
    wrong_birth_dates = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cabinet", "code"], name="one_recipient_a_phone"),
        ]

    def __str__(self) -> str:
        return self.id


class Notice(models.Model):
    """One event on its way to a cabinet; its id is the `webhook-id` of every attempt."""

    id = ulid_key()
    cabinet = models.ForeignKey(ExternalCabinet, on_delete=models.CASCADE, related_name="notices")
    body = models.TextField()
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.id


class TakenRequest(models.Model):
    """A request of a cabinet that was worked on: a second one of the same id is a replay."""

    cabinet = models.ForeignKey(ExternalCabinet, on_delete=models.CASCADE)
    request_hash = models.BinaryField(max_length=32)
    taken_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cabinet", "request_hash"], name="each_request_once"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Assurance(models.TextChoices):
    """How the cabinet made sure who its user is; a closed list, so that no personal data come in it."""

    PASSWORD = "password", "пароль"
    CODE = "code", "код из сообщения"
    TWO_FACTORS = "two_factors", "два фактора"
    ESIA = "esia", "Госуслуги"


class Opening(models.Model):
    """A one-time address of the signing page."""

    id = ulid_key()
    cabinet = models.ForeignKey(ExternalCabinet, on_delete=models.CASCADE)
    acquaintance = models.ForeignKey(Acquaintance, on_delete=models.PROTECT)
    package = models.ForeignKey(Package, on_delete=models.PROTECT)
    document = models.ForeignKey(Document, on_delete=models.PROTECT)
    assurance = models.CharField(max_length=20, choices=Assurance)
    token_hash = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.id
