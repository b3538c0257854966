"""The patient's package: documents that wait for a signature, as the tab «28. СЭП» shows them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import models
from ulid import ULID

from clinic.forms.models import PdfType, Printed, PrintObject
from clinic.institution.models import Institution
from clinic.patients.models import Patient, Representative


def _new_id() -> str:
    return str(ULID())


OPEN: Final = ("created", "sent", "undelivered")
"""Codes of the service under which a document still waits for its signer."""


class Exchange(models.TextChoices):
    """Where the document is between us and the service. The legal status is the service's alone."""

    DRAFT = "draft", "Не отправлен"
    QUEUED = "queued", "Отправляется"
    WAITING = "waiting", "Сервис недоступен, отправится сам"
    REFUSED = "refused", "Сервис не принял документ"
    ACCEPTED = "accepted", "Принят сервисом"


class Pending(models.TextChoices):
    """What somebody asked about an accepted document and the worker has not done yet."""

    NOTHING = "", ""
    RECEIVE = "receive", "Получаем статус…"
    RESEND = "resend", "Приглашаем ещё раз…"
    RESEND_SMS = "resend_sms", "Приглашаем по СМС…"
    RESEND_MAX = "resend_max", "Приглашаем в MAX…"
    REVOKE = "revoke", "Отзываем…"
    WITHDRAW = "withdraw", "Готовим отзыв согласия…"


@dataclass(frozen=True, slots=True)
class SignerState:
    """One of those whose signature a document needs, as the service told last."""

    role: str
    relation: str
    phone: str
    channel: str
    state: str
    has_signed: bool


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """«Задать вопрос клинике»: what the signer asked about a document."""

    text: str
    asked_at: datetime


class PackageDocument(models.Model):
    """One row of the tab. `id` is `idDocumentMis`: sent twice, it is one document.

    Without `representative` the patient signs; with one, he does, and `with_patient` both. `refusal` is the
    service's code for why it did not take the document. `replaces` is the row that this one corrects;
    `correction_asked_at` is when somebody wanted a row printed anew. `replaced_by` and `withdrawn_by` are
    documents of the service by its ids; `signers` is what it said of each who signs, `cautions` what the
    staff should look at. `handled_at` is when somebody had dealt with a refusal.

    `status_code` … `withdrawn_by` are a copy of what the service said last; `problem` is our own sentence
    about a failure of the exchange. `instead_of` is the channel that failed before the one which took the
    message; `in_max` tells how far the signer is on the way into MAX. `batch` names what was sent by one
    press: its documents with the same signers make one package and one invitation. `retry_at` is when
    whatever this row waits for is tried again, should nothing happen before. `signed_sha256` is set once the
    signed file is kept here.
    """

    id = models.CharField(primary_key=True, max_length=26, default=_new_id, editable=False)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="package")
    printed = models.OneToOneField(Printed, on_delete=models.PROTECT, null=True, blank=True)
    name = models.CharField("Наименование", max_length=200)
    pdf_type = models.CharField("Тип PDF", max_length=30, choices=PdfType)
    object = models.CharField(max_length=30, choices=PrintObject)
    object_number = models.CharField(max_length=30, blank=True)
    representative = models.ForeignKey(Representative, on_delete=models.SET_NULL, null=True, blank=True)
    with_patient = models.BooleanField(default=False)
    replaces = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="corrections"
    )
    correction_asked_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField("Дата добавления")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)

    exchange = models.CharField(max_length=20, choices=Exchange, default=Exchange.DRAFT)
    problem = models.CharField(max_length=500, blank=True)
    refusal = models.CharField(max_length=60, blank=True)
    batch = models.CharField(max_length=26, blank=True, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    pending = models.CharField(max_length=10, choices=Pending, default=Pending.NOTHING, blank=True)
    pending_reason = models.CharField(max_length=300, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    id_document = models.CharField(max_length=26, blank=True, db_index=True)
    accepted_at = models.DateTimeField("Дата отправки в СЭП", null=True)
    status_code = models.CharField(max_length=20, blank=True)
    status_display = models.CharField("Статус", max_length=200, blank=True)
    status_reason = models.CharField(max_length=500, blank=True)
    status_at = models.DateTimeField(null=True)
    viewed_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField("Дата получения подписи", null=True)
    delivery_channel = models.CharField(max_length=20, blank=True)
    delivery_state = models.CharField(max_length=20, blank=True)
    delivery_phone = models.CharField(max_length=40, blank=True)
    delivery_failure = models.CharField(max_length=300, blank=True)
    instead_of = models.CharField(max_length=20, blank=True)
    instead_of_reason = models.CharField(max_length=300, blank=True)
    in_max = models.CharField(max_length=20, blank=True)
    question_count = models.PositiveSmallIntegerField(default=0)
    questions_sealed = models.BinaryField(null=True)
    signers_told = models.JSONField(default=list)
    cautions = models.JSONField(default=list)
    replaced_by = models.CharField(max_length=26, blank=True)
    withdrawn_by = models.CharField(max_length=26, blank=True)
    handled_at = models.DateTimeField(null=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    signed_sha256 = models.CharField(max_length=64, blank=True)
    protocol_sha256 = models.CharField(max_length=64, blank=True)
    invited_again_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-added_at", "-id"]
        indexes = [
            models.Index(fields=["institution", "patient", "-added_at"], name="package_of_patient"),
            models.Index(fields=["institution", "status_code", "-status_at"], name="package_by_status"),
            models.Index(fields=["institution", "exchange"], name="package_by_exchange"),
            models.Index(fields=["institution", "-added_at"], name="package_by_day"),
            models.Index(
                fields=["institution", "status_code"],
                condition=models.Q(question_count__gt=0),
                name="package_with_questions",
            ),
            models.Index(
                fields=["retry_at"], condition=models.Q(retry_at__isnull=False), name="package_to_retry"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def signers(self) -> list[SignerState]:
        """Everyone whose signature the document needs, as the service told last."""
        return [SignerState(**told) for told in self.signers_told]

    @signers.setter
    def signers(self, signers: Sequence[SignerState]) -> None:
        self.signers_told = [asdict(each) for each in signers]

    @property
    def questions(self) -> list[AskedQuestion]:
        """What the signer asked, the first one first: his words may tell much, so they are kept sealed."""
        if not self.questions_sealed:
            return []
        plain = self.institution.key.decrypt(self.questions_sealed, self._place_of_questions)
        return [AskedQuestion(text, datetime.fromisoformat(at)) for text, at in json.loads(plain)]

    @questions.setter
    def questions(self, questions: Sequence[AskedQuestion]) -> None:
        plain = json.dumps([(each.text, each.asked_at.isoformat()) for each in questions]).encode()
        self.questions_sealed = self.institution.key.encrypt(plain, self._place_of_questions)
        self.question_count = len(questions)

    @property
    def _place_of_questions(self) -> str:
        return f"package.questions|{self.pk}"


class ServiceDocument(models.Model):
    """A document that the service made itself: an agreement on ПЭП or the withdrawal of a consent.

    No row of the tab stands for it; its facts are a copy of what the service said last, and its signed file
    is kept here like the others'.
    """

    id_document = models.CharField(primary_key=True, max_length=26)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="made_by_service")
    type_code = models.CharField(max_length=40)
    name = models.CharField(max_length=300)
    withdraws = models.CharField(max_length=26, blank=True)
    made_at = models.DateTimeField()
    status_code = models.CharField(max_length=20)
    status_display = models.CharField(max_length=200)
    status_reason = models.CharField(max_length=500, blank=True)
    status_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    signed_sha256 = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-id_document"]
        indexes = [
            models.Index(fields=["institution", "patient", "-made_at"], name="made_for_patient"),
            models.Index(fields=["institution", "status_code", "-status_at"], name="made_by_status"),
            models.Index(
                fields=["retry_at"], condition=models.Q(retry_at__isnull=False), name="made_to_retry"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DeskMode(models.TextChoices):
    QR = "qr", "QR на экран"
    TABLET = "tablet", "На планшете"


class DeskLink(models.Model):
    """A link for one who stands at the desk: wanted here, given by the service, dead in a quarter of an hour.

    Its address opens the document, so it is kept sealed, and no longer than it lives.
    """

    id = models.CharField(primary_key=True, max_length=26, default=_new_id, editable=False)
    document = models.ForeignKey(PackageDocument, on_delete=models.CASCADE, related_name="desk_links")
    mode = models.CharField(max_length=10, choices=DeskMode)
    role = models.CharField(max_length=20, blank=True)
    asked_at = models.DateTimeField(db_index=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    address_sealed = models.BinaryField(null=True)
    expires_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.id

    @property
    def address(self) -> str:
        """The link in clear, for the screen at the desk alone; empty until the service gives it."""
        if self.address_sealed is None:
            return ""
        return self.document.institution.key.decrypt(self.address_sealed, self._place).decode()

    @address.setter
    def address(self, address: str) -> None:
        self.address_sealed = self.document.institution.key.encrypt(address.encode(), self._place)

    @property
    def _place(self) -> str:
        return f"signing.desk_link|{self.pk}"
