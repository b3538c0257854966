"""The patient's package: documents that wait for a signature, as the tab «28. СЭП» shows them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import models
from ulid import ULID

from clinic.forms.models import PdfType, Printed, PrintObject
from clinic.institution.models import Institution
from clinic.patients.models import Patient, Representative


def _new_id() -> str:
    return str(ULID())


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
    REVOKE = "revoke", "Отзываем…"


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """«Задать вопрос клинике»: what the signer asked about a document."""

    text: str
    asked_at: datetime


class PackageDocument(models.Model):
    """One row of the tab. `id` is `idDocumentMis`: sent twice, it is one document.

    `status_code` … `questions` are a copy of what the service said last; `problem` is our own sentence about
    a failure of the exchange. `instead_of` is the channel that failed before the one which took the message;
    `in_max` tells how far the signer is on the way into MAX. `batch` names what was sent by one press:
    documents of a batch with one signer make one package and one invitation. `retry_at` is when whatever this
    row waits for is tried again, should nothing happen before. `signed_sha256` is set once the signed file is
    kept here.
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
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField("Дата добавления")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)

    exchange = models.CharField(max_length=20, choices=Exchange, default=Exchange.DRAFT)
    problem = models.CharField(max_length=500, blank=True)
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
