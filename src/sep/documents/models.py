"""Packages, documents and the pages that were shown."""

from datetime import datetime

from django.db import models

from sep.documents.statuses import OPEN, Status
from sep.parties.document_types import DOCUMENT_TYPES, DocumentType
from sep.parties.identifiers import ulid_key
from sep.parties.models import Organization, Signer


class Package(models.Model):
    """Documents that one signer receives at once; `channels` are the ways the clinic allows."""

    id = ulid_key()
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    signer = models.OneToOneField(Signer, on_delete=models.PROTECT)
    id_package_mis = models.CharField(max_length=100, blank=True)
    channels = models.JSONField(default=list)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.id

    def ordered(self) -> "models.QuerySet[Document]":
        """The documents in the order in which the clinic gave them."""
        return self.documents.order_by("position")


class Document(models.Model):
    """One PDF on its way to a signature."""

    id = ulid_key()
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="documents")
    position = models.PositiveSmallIntegerField(default=0)
    id_document_mis = models.CharField(max_length=100)
    request_hash = models.BinaryField(max_length=32)
    name = models.CharField(max_length=300)
    type_code = models.CharField(max_length=40)
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
