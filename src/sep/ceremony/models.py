"""Links, visits, codes and signatures."""

from django.db import models

from sep.delivery.models import Delivery
from sep.documents.models import Document, Package
from sep.parties.identifiers import ulid_key


class SigningLink(models.Model):
    """A secret address that leads to one package. Only the token's hash is kept (131 bits need no salt)."""

    id = ulid_key()
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="links")
    token_hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_birth_dates = models.PositiveSmallIntegerField(default=0)
    live_visit = models.CharField(max_length=26, blank=True)

    def __str__(self) -> str:
        return self.id


class Visit(models.Model):
    """One opening of a link on one device: the server's memory of how far the signer has come."""

    id = ulid_key()
    link = models.ForeignKey(SigningLink, on_delete=models.PROTECT, related_name="visits")
    cookie_hash = models.BinaryField(max_length=32, unique=True)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    identified_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=60)
    user_agent = models.CharField(max_length=300)

    def __str__(self) -> str:
        return self.id


class Confirmation(models.Model):
    """A code on its way to becoming a signature; kept is only a keyed hash bound to the act."""

    id = ulid_key()
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="confirmations")
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
                fields=["document"], condition=models.Q(ended_at__isnull=True), name="one_live_code"
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
    """The fact that a document was signed: one a document, whatever races."""

    id = ulid_key()
    document = models.OneToOneField(Document, on_delete=models.PROTECT)
    confirmation = models.OneToOneField(Confirmation, on_delete=models.PROTECT)
    signed_at = models.DateTimeField()
    sealed_sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.id
