"""Packages, documents and the pages that were shown."""

from datetime import datetime

from django.db import models

from sep.documents.explanation import Explanation
from sep.documents.statuses import OPEN, Status
from sep.parties.document_types import DOCUMENT_TYPES, DocumentType
from sep.parties.identifiers import ulid_key
from sep.parties.methods import Method
from sep.parties.models import Organization, Signer, SignerRole
from sep.parties.who_signs import Matter, Signers


class Package(models.Model):
    """What one recipient gets at once; `channels` are the ways the clinic allows.

    Where a document needs two signers, the second has a package of his own, joined to the one (`principal`)
    to which the documents belong: his link, his visits and his codes are his alone.

    Attributes:
        in_order: the second recipient is invited when the first has signed; otherwise both at once.
        frozen_at: «Это не я»: nothing opens until the clinic invites anew.
        reminded: how many reminders have gone since the clinic invited; the next is due at `remind_at`.
    """

    id = ulid_key()
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    signer = models.OneToOneField(Signer, on_delete=models.PROTECT)
    id_package_mis = models.CharField(max_length=100, blank=True)
    channels = models.JSONField(default=list)
    principal = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="joined")
    in_order = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    invited_at = models.DateTimeField(null=True)
    reminded = models.PositiveSmallIntegerField(default=0)
    remind_at = models.DateTimeField(null=True, db_index=True)
    frozen_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.id

    def ordered(self) -> "models.QuerySet[Document]":
        """The documents that this recipient signs, in the order in which the clinic gave them."""
        role = "by_patient" if self.signer.role == SignerRole.PATIENT else "by_representative"
        found = Document.objects.filter(package_id=self.principal_id or self.id, **{role: True})
        return found.order_by("position")

    def everyone(self) -> "list[Package]":
        """Return the packages of all recipients of the same documents, the first recipient's first."""
        found = Package.objects.filter(
            models.Q(pk=self.principal_id or self.id) | models.Q(principal_id=self.principal_id or self.id)
        )
        return list(found.select_related("organization", "signer__organization").order_by("id"))


def _codes_by_sms() -> list[str]:
    return [Method.SMS_CODE.value]


class Document(models.Model):
    """One PDF on its way to a signature.

    Attributes:
        methods: the ways in which it may be signed, as the clinic's rules were when it came.
        by_patient, by_representative: whose signatures it needs.
        is_ours: made by the service itself: an agreement on ПЭП, a withdrawal.
        replaces: the document that this one corrects; withdraws: the consent that this one takes back.
        explanation_sealed: what the clinic explains in plain words and asks, see `Explanation`.
    """

    id = ulid_key()
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="documents")
    position = models.PositiveSmallIntegerField(default=0)
    id_document_mis = models.CharField(max_length=100)
    request_hash = models.BinaryField(max_length=32)
    name = models.CharField(max_length=300)
    type_code = models.CharField(max_length=40)
    matter = models.CharField(max_length=20, default=Matter.ORDINARY)
    methods = models.JSONField(default=_codes_by_sms)
    by_patient = models.BooleanField(default=True)
    by_representative = models.BooleanField(default=False)
    is_ours = models.BooleanField(default=False)
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    withdraws = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="withdrawals")
    explanation_sealed = models.BinaryField(null=True)
    source_object = models.CharField(max_length=40, blank=True)
    source_number = models.CharField(max_length=100, blank=True)

    received_sha256 = models.CharField(max_length=64)
    original_sha256 = models.CharField(max_length=64)
    original_size = models.PositiveIntegerField()
    page_count = models.PositiveIntegerField()
    presigned = models.BooleanField(default=False)
    repairs = models.JSONField(default=list)
    sealed_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    protocol_sha256 = models.CharField(max_length=64, blank=True, db_index=True)

    status = models.CharField(max_length=20, choices=Status, default=Status.CREATED)
    status_at = models.DateTimeField()
    status_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    viewed_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    changed_index = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "id_document_mis"], name="document_of_mis"),
            models.CheckConstraint(
                name="signed_document_is_sealed",
                condition=~models.Q(status__in=[Status.SIGNED, Status.WITHDRAWN])
                | (models.Q(signed_at__isnull=False) & ~models.Q(sealed_sha256="")),
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "changed_index"], name="document_changes"),
            models.Index(
                fields=["expires_at"],
                name="document_waiting",
                condition=models.Q(status__in=[Status.CREATED, Status.SENT, Status.UNDELIVERED]),
            ),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def type(self) -> DocumentType:
        return DOCUMENT_TYPES[self.type_code]

    @property
    def roles(self) -> Signers:
        """Whose signatures it needs."""
        wanted = {SignerRole.PATIENT: self.by_patient, SignerRole.REPRESENTATIVE: self.by_representative}
        return frozenset(role for role, is_wanted in wanted.items() if is_wanted)

    @property
    def explanation(self) -> Explanation:
        """What the clinic explains beside the legal text; empty when it explains nothing."""
        if self.explanation_sealed is None:
            return Explanation()
        place = f"document.explanation|{self.id}"
        return Explanation.from_json(self.organization.key.decrypt(self.explanation_sealed, place))

    def explain(self, explanation: Explanation) -> None:
        self.explanation_sealed = (
            self.organization.key.encrypt(explanation.to_json(), f"document.explanation|{self.id}")
            if explanation
            else None
        )

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be signed at `now`: a stopped worker keeps no expired document alive."""
        return self.status in OPEN and now < self.expires_at

    def status_on(self, now: datetime) -> Status:
        """The status that people must see at `now`, expiry included."""
        if self.status in OPEN and now >= self.expires_at:
            return Status.EXPIRED
        return Status(self.status)


class PageImage(models.Model):
    """One page exactly as the signer saw it, with its text for screen readers and large type."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    document_sha256 = models.CharField(max_length=64)
    number = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    image_sha256 = models.CharField(max_length=64)
    text = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "document_sha256", "number"], name="page_of_document"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_sha256[:8]} {self.number}"
