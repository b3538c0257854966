"""Print forms, their versions, and what was printed from them."""

from django.conf import settings
from django.db import models

from clinic.institution.models import Institution
from clinic.patients.models import Patient


class PrintObject(models.TextChoices):
    """What a form is printed from. The first three have pages here; the service knows them by these names."""

    APPOINTMENT = "appointment", "Документ «Талон на приём к врачу»"
    PAID_ORDER = "paid_order", "Документ «Заказ на платное лечение (обследование)»"
    PATIENT_CARD = "patient_card", "Справочник «Пациенты»"
    MEDICAL_CASE = "medical_case", "Документ «Регистрация медицинских случаев (историй болезни)»"
    ELECTRONIC = "electronic_document", "Документ «Электронные документы»"


class Destination(models.TextChoices):
    """«Передавать PDF в»."""

    NOWHERE = "", "Не передавать"
    SEP = "sep", "СЭП"


class PdfType(models.TextChoices):
    """«Тип PDF», and the service's document type behind it (`document_type`)."""

    CONSENT = "consent", "информированные согласия"
    REFUSAL = "refusal", "отказы от вмешательства"
    PERSONAL_DATA = "personal_data_consent", "согласия на обработку данных"
    CONTRACT = "contract", "договоры"
    ACCOUNTING = "accounting", "бухгалтерские"
    OTHER = "other", "иные документы"

    @property
    def document_type(self) -> str:
        """The code of `GET /v1/document-types`: «бухгалтерские» are acts there."""
        return "act" if self is PdfType.ACCOUNTING else self.value

    @property
    def own_signature_from(self) -> int:
        """Full years from which the patient signs it alone; the service has the last word.

        Consent and refusal: 323-ФЗ ст. 20 ч. 2, ст. 54 ч. 2; the others want full capacity, ГК РФ ст. 21.
        """
        return 15 if self in {PdfType.CONSENT, PdfType.REFUSAL} else 18


class FormKind(models.TextChoices):
    FORM = "form", "Печатная форма"
    REPORT = "report", "Отчёт"


class PrintForm(models.Model):
    """«Печатная форма»: its card. The text lives in versions; the last one is printed."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT)
    code = models.CharField("Код", max_length=20)
    kind = models.CharField("Тип", max_length=10, choices=FormKind, default=FormKind.FORM)
    name = models.CharField("Наименование", max_length=200)
    object = models.CharField("Для объекта", max_length=30, choices=PrintObject)
    copies = models.PositiveSmallIntegerField("Печать копий по умолчанию", default=1)
    inactive = models.BooleanField("Форма не активна", default=False)
    not_saved_to_pdf = models.BooleanField("Не сохранять в PDF", default=False)
    in_group = models.BooleanField("Печать в группе", default=False)
    group_notes = models.CharField("Групповая печать бланков", max_length=300, blank=True)
    notes = models.TextField("Заметки", blank=True)
    information = models.TextField("Дополнительная информация", blank=True)
    printer = models.CharField("Принтер по умолчанию для формы", max_length=100, blank=True)
    sort_index = models.IntegerField("Индекс сортировки", default=0)
    save_result = models.BooleanField("Сохранять результат печати", default=True)
    create_local_document = models.BooleanField("Создавать локальный документ", default=False)
    pdf_to = models.CharField(
        "Передавать PDF в", max_length=10, choices=Destination, default=Destination.NOWHERE, blank=True
    )
    pdf_type = models.CharField("Тип PDF", max_length=30, choices=PdfType, default=PdfType.CONSENT)
    shipped_as = models.CharField(max_length=60, blank=True, editable=False)

    class Meta:
        ordering = ["sort_index", "name"]
        constraints = [
            # A code may repeat with another name: MAA.0311 stands twice in the field's own list.
            models.UniqueConstraint(fields=["institution", "code", "name"], name="form_of_institution"),
        ]

    def __str__(self) -> str:
        return self.name


class FormVersion(models.Model):
    """The text of a form as it was from one edit to the next; never changed.

    `summary` («Пояснение простыми словами») and `questions` (see `explaining.Question`) stand beside the
    text on the signer's screen and are no part of it.
    """

    form = models.ForeignKey(PrintForm, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("Версия")
    text = models.TextField("Текст")
    summary = models.TextField("Пояснение простыми словами", blank=True)
    questions = models.JSONField("Вопросы о\u00a0прочитанном", default=list, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="version_of_form"),
        ]

    def __str__(self) -> str:
        return f"{self.form} (версия {self.number})"


class Printing(models.Model):
    """One press of «Печать». The page makes `token`, so that a second press of the same page is the same.

    `not_kept` are the versions printed on paper alone: their forms do not keep the result.
    """

    token = models.CharField(primary_key=True, max_length=26)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT)
    object = models.CharField(max_length=30, choices=PrintObject)
    object_pk = models.BigIntegerField()
    not_kept = models.ManyToManyField(FormVersion)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.token


class Printed(models.Model):
    """A printed document; its PDF lies in the clinic's blobs under `sha256`."""

    printing = models.ForeignKey(Printing, on_delete=models.PROTECT, null=True, related_name="documents")

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="printed")
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT)
    name = models.CharField("Наименование", max_length=200)
    object = models.CharField(max_length=30, choices=PrintObject)
    object_number = models.CharField(max_length=30)
    representative = models.ForeignKey(
        "patients.Representative", on_delete=models.SET_NULL, null=True, blank=True
    )
    sha256 = models.CharField(max_length=64)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
