"""Links, visits, codes and signatures."""

import json
from typing import Any

from django.db import models

from sep.delivery.max.models import Dialog
from sep.delivery.models import Delivery
from sep.documents.models import Document, Package
from sep.parties.identifiers import ulid_key
from sep.parties.methods import CODES, Method
from sep.parties.models import Agreement, Organization


class Entrance(models.TextChoices):
    """The way by which a signer came."""

    LINK = "link", "по личной ссылке"
    DESK = "desk", "по QR-коду с экрана регистратуры"
    TABLET = "tablet", "на планшете клиники"
    MAX_CHAT = "max_chat", "в чате MAX"
    MAX_APP = "max_app", "в мини-приложении MAX"
    CABINET = "cabinet", "в личном кабинете"
    EXTERNAL = "external", "во внешнем кабинете"


BY_LINK = (Entrance.LINK, Entrance.DESK, Entrance.TABLET)


class SigningLink(models.Model):
    """A secret address that leads to one package. Only the token's hash is kept (131 bits need no salt)."""

    id = ulid_key()
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="links")
    token_hash = models.BinaryField(max_length=32, unique=True)
    entrance = models.CharField(max_length=20, choices=Entrance, default=Entrance.LINK)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_birth_dates = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.id


class Acquaintance(models.Model):
    """A person whom the owner of a proved phone has told to be, by the birth date, once.

    The phone was proved in a dialog of MAX, or by a code on entering the cabinet (no dialog then). A phone
    may serve a whole family, and a clinic may have written it down wrongly: a phone alone opens nobody's
    documents.
    """

    id = ulid_key()
    dialog = models.ForeignKey(Dialog, null=True, on_delete=models.PROTECT, related_name="acquaintances")
    phone_index = models.BinaryField(max_length=32)
    person_index = models.BinaryField(max_length=32)
    wrong_birth_dates = models.PositiveSmallIntegerField(default=0)
    identified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dialog", "person_index"], name="one_acquaintance_a_person"),
            models.UniqueConstraint(
                fields=["phone_index", "person_index"],
                condition=models.Q(dialog__isnull=True),
                name="one_account_a_person",
            ),
        ]

    def __str__(self) -> str:
        return self.id


class Visit(models.Model):
    """One coming of the signer to a package, on one device: the server's memory of how far he is.

    He came by a link, or as an acquaintance in MAX or in the cabinet: exactly one of the two.
    """

    id = ulid_key()
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="visits")
    entrance = models.CharField(max_length=20, choices=Entrance, default=Entrance.LINK)
    link = models.ForeignKey(SigningLink, null=True, on_delete=models.PROTECT, related_name="visits")
    acquaintance = models.ForeignKey(Acquaintance, null=True, on_delete=models.PROTECT, related_name="visits")
    cookie_hash = models.BinaryField(max_length=32, unique=True, null=True)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    identified_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=60)
    user_agent = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="visit_by_link_or_in_max",
                condition=models.Q(entrance__in=BY_LINK, link__isnull=False, acquaintance__isnull=True)
                | models.Q(link__isnull=True, acquaintance__isnull=False) & ~models.Q(entrance__in=BY_LINK),
            ),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def guard(self) -> SigningLink | Acquaintance:
        """What counts the wrong birth dates."""
        guard = self.link or self.acquaintance
        assert guard is not None
        return guard


class Confirmation(models.Model):
    """A code on its way to becoming a signature; kept is only a keyed hash bound to the act."""

    id = ulid_key()
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="confirmations")
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="confirmations")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="confirmations")
    channel = models.CharField(max_length=20)
    code_hash = models.BinaryField(max_length=32)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    times_sent = models.PositiveSmallIntegerField(default=1)
    wrong_attempts = models.PositiveSmallIntegerField(default=0)
    last_wrong_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document", "package"],
                condition=models.Q(ended_at__isnull=True),
                name="one_live_code",
            ),
        ]

    def __str__(self) -> str:
        return self.id


class SealCertificate(models.Model):
    """A certificate that has sealed: files stay verifiable after the key was changed."""

    fingerprint = models.CharField(primary_key=True, max_length=64)
    der = models.BinaryField()
    first_used_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.fingerprint[:16]


class Signature(models.Model):
    """The fact that one person signed a document: one a document and recipient, whatever races.

    Attributes:
        confirmation: the code that was entered; `None` for a signature by other means.
        proof_sha256: the file that proves one by other means: a detached CMS, an answer of ЕСИА.
        facts: what the proof says, encrypted JSON: it names a person.
    """

    id = ulid_key()
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="signatures")
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="signatures")
    method = models.CharField(max_length=20, choices=Method)
    visit = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT)
    confirmation = models.OneToOneField(Confirmation, null=True, on_delete=models.PROTECT)
    agreement = models.ForeignKey(Agreement, null=True, on_delete=models.PROTECT)
    proof_sha256 = models.CharField(max_length=64, blank=True)
    facts_sealed = models.BinaryField(null=True)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "package"], name="one_signature_a_signer"),
            models.CheckConstraint(
                name="signature_by_code_or_proof",
                condition=models.Q(method__in=CODES, confirmation__isnull=False, proof_sha256="")
                | ~models.Q(method__in=CODES)
                & models.Q(confirmation__isnull=True)
                & ~models.Q(proof_sha256=""),
            ),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def facts(self) -> dict[str, Any]:
        if self.facts_sealed is None:
            return {}
        key = self.document.organization.key
        known: dict[str, Any] = json.loads(key.decrypt(self.facts_sealed, f"signature.facts|{self.id}"))
        return known

    @facts.setter
    def facts(self, facts: dict[str, Any]) -> None:
        plain = json.dumps(facts, ensure_ascii=False).encode()
        self.facts_sealed = self.document.organization.key.encrypt(plain, f"signature.facts|{self.id}")


class PhoneCheck(models.Model):
    """A code that the person at the desk reads aloud from his own phone: the phone is his."""

    id = ulid_key()
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    phone_index = models.BinaryField(max_length=32)
    code_hash = models.BinaryField(max_length=32)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_attempts = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return self.id


class Question(models.Model):
    """What a signer asked the clinic about a document: encrypted, since his words may tell much."""

    id = ulid_key()
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="questions")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT)
    text_sealed = models.BinaryField()
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.id

    @property
    def text(self) -> str:
        key = self.document.organization.key
        return key.decrypt(self.text_sealed, f"question.text|{self.id}").decode()

    def write(self, text: str) -> None:
        self.text_sealed = self.document.organization.key.encrypt(text.encode(), f"question.text|{self.id}")
