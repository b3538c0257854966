"""Patients of the clinic, their representatives and policies."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models

from clinic.institution.models import Institution
from clinic.patients.keys import KEY_LENGTH, KeyField, name_key, phone_key


class Sex(models.IntegerChoices):
    """Codes of the federal dictionary 1.2.643.5.1.13.13.11.1040, which the service takes too."""

    MALE = 1, "Мужской"
    FEMALE = 2, "Женский"


class Capacity(models.TextChoices):
    """What a court, a registry office or a doctor has established about the patient (ГК РФ ст. 21–30)."""

    ORDINARY = "ordinary", "Обычная"
    EMANCIPATED = "emancipated", "Эмансипирован или в\u00a0браке (до\u00a018\u00a0лет)"
    LIMITED = "limited", "Ограниченно дееспособен"
    INCAPABLE = "incapable", "Недееспособен"
    INCAPABLE_CONSENTING = "incapable_consenting", "Недееспособен, но\u00a0способен согласиться сам"


class Relation(models.TextChoices):
    """Who a representative is to the patient. All but the last may sign for him (323-ФЗ ст. 20 ч. 2)."""

    MOTHER = "mother", "Мать"
    FATHER = "father", "Отец"
    PARENT = "parent", "Родитель"
    ADOPTIVE_PARENT = "adoptive_parent", "Усыновитель"
    GUARDIAN = "guardian", "Опекун"
    TRUSTEE = "trustee", "Попечитель"
    OTHER = "other", "Другой родственник (подписывать не может)"


class FullName(models.Model):
    """The parts of a person's name; a patronymic may be absent."""

    family = models.CharField("Фамилия", max_length=120)
    given = models.CharField("Имя", max_length=120)
    patronymic = models.CharField("Отчество", max_length=120, blank=True)
    birth_date = models.DateField("Дата рождения")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.family, self.given, self.patronymic) if part)

    @property
    def initials(self) -> str:
        """«Тестовый Т. Т.», with unbreakable spaces."""
        letters = [f"{part[0]}." for part in (self.given, self.patronymic) if part]
        return "\u00a0".join([self.family, *letters])

    def age_on(self, day: date) -> int:
        """Full years; born on 29 February, one is a year older on 1 March."""
        return (
            day.year
            - self.birth_date.year
            - ((day.month, day.day) < (self.birth_date.month, self.birth_date.day))
        )


class Patient(FullName):
    """«Карточка пациента». The card's number is `idPatientMis` for the service.

    `family_key`, `given_key`, `patronymic_key`, `phone_key` are what the search looks at (`keys.py`): lower
    case, ё as е, the phone's digits from its end. `save()` keeps them in step; bulk writes call `make_keys`.
    """

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT)
    card_number = KeyField("Номер карты", max_length=20)
    sex = models.PositiveSmallIntegerField("Пол", choices=Sex)
    birth_place = models.CharField("Место рождения", max_length=300, blank=True)
    snils = KeyField("СНИЛС", max_length=11, blank=True)
    document_kind = models.CharField("Документ", max_length=60, blank=True, default="Паспорт гражданина РФ")
    document_series = models.CharField("Серия", max_length=20, blank=True)
    document_number = models.CharField("Номер", max_length=30, blank=True)
    document_issued_by = models.CharField("Кем выдан", max_length=300, blank=True)
    document_issued_on = models.DateField("Когда выдан", null=True, blank=True)
    phone = KeyField("Телефон сотовый", max_length=20, blank=True)
    home_phone = models.CharField("Телефон домашний", max_length=20, blank=True)
    email = models.EmailField("Эл. почта", blank=True)
    address_registered = models.CharField("Адрес регистрации", max_length=300, blank=True)
    address_actual = models.CharField("Адрес фактический", max_length=300, blank=True)
    inn = models.CharField("ИНН", max_length=12, blank=True)
    occupation = models.CharField("Статус", max_length=60, blank=True)
    notes = models.TextField("Доп. сведения", blank=True)
    capacity = models.CharField("Дееспособность", max_length=30, choices=Capacity, default=Capacity.ORDINARY)
    capacity_basis = models.CharField("Документ о\u00a0дееспособности", max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    family_key = KeyField(max_length=KEY_LENGTH, editable=False)
    given_key = KeyField(max_length=KEY_LENGTH, editable=False)
    patronymic_key = KeyField(max_length=KEY_LENGTH, editable=False)
    phone_key = KeyField(max_length=20, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "card_number"], name="card_number_of_institution"),
        ]
        # What is typed is a prefix of one of these; the birth date is read out of the index as well.
        indexes = [
            models.Index(
                fields=["institution", "family_key", "given_key", "patronymic_key", "birth_date"],
                name="patients_by_family",
            ),
            models.Index(
                fields=["institution", "given_key", "patronymic_key", "family_key", "birth_date"],
                name="patients_by_given",
            ),
            models.Index(
                fields=["institution", "patronymic_key", "family_key", "given_key", "birth_date"],
                name="patients_by_patronymic",
            ),
            models.Index(
                fields=["institution", "birth_date", "family_key", "given_key"], name="patients_by_birth"
            ),
            models.Index(fields=["institution", "snils"], name="patients_by_snils"),
            models.Index(fields=["institution", "phone"], name="patients_by_phone"),
            models.Index(fields=["institution", "phone_key"], name="patients_by_phone_end"),
            models.Index(fields=["institution", "-updated_at"], name="patients_by_change"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.make_keys()
        super().save(*args, **kwargs)

    def make_keys(self) -> None:
        self.family_key = name_key(self.family)
        self.given_key = name_key(self.given)
        self.patronymic_key = name_key(self.patronymic)
        self.phone_key = phone_key(self.phone)

    @property
    def document(self) -> str:
        """«Паспорт гражданина РФ 07 09 123456», or an empty string."""
        if not self.document_number:
            return ""
        return " ".join(
            part for part in (self.document_kind, self.document_series, self.document_number) if part
        )


class CardCounter(models.Model):
    """The last card number given automatically; its row is the lock under which the next one is taken."""

    institution = models.OneToOneField(Institution, on_delete=models.CASCADE, primary_key=True)
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last)


class Representative(FullName):
    """Who may sign for the patient, as the medical record knows him."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="representatives")
    relation = models.CharField("Кем приходится", max_length=20, choices=Relation)
    basis = models.CharField("Документ о представительстве", max_length=300, blank=True)
    document = models.CharField("Документ, удостоверяющий личность", max_length=300, blank=True)
    address = models.CharField("Адрес", max_length=300, blank=True)
    phone = models.CharField("Телефон сотовый", max_length=20, blank=True)
    in_medical_record = models.BooleanField(
        "Сведения о\u00a0представителе есть в\u00a0медкарте", default=False
    )
    is_default = models.BooleanField("Подписывает документы", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=models.Q(is_default=True), name="one_default_representative"
            ),
        ]

    @property
    def identity_document(self) -> str:
        """The paper that his identity was established by, as the service calls it."""
        return self.document


class PolicyKind(models.TextChoices):
    ENP = "enp", "ЕНП"
    OLD = "old", "Старого образца"
    TEMPORARY = "temporary", "Временное свидетельство"
    DMS = "dms", "ДМС"


class Policy(models.Model):
    """An insurance policy."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="policies")
    kind = models.CharField("Тип полиса", max_length=20, choices=PolicyKind)
    number = models.CharField("Номер", max_length=30)
    insurer = models.CharField("Страховая организация", max_length=200, blank=True)
    region = models.CharField("Регион", max_length=120, blank=True)
    valid_until = models.DateField("Действует до", null=True, blank=True)
    inactive = models.BooleanField("Не действует", default=False)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class AgreementWay(models.TextChoices):
    """How an agreement was concluded: the codes are the service's."""

    PAPER = "paper", "На\u00a0бумаге"
    QUALIFIED = "qualified", "Квалифицированной подписью"
    ESIA = "esia", "Через Госуслуги"


class AgreementWish(models.TextChoices):
    """What somebody wants of the service about an agreement, and the worker has not done yet."""

    NOTHING = "", ""
    ASK = "ask", "Узнаём"
    SEND_CODE = "send_code", "Отправляем код"
    CHECK_CODE = "check_code", "Проверяем код"
    REGISTER = "register", "Записываем"
    END = "end", "Прекращаем"


class Agreement(models.Model):
    """Соглашение об использовании ПЭП of the patient, or of his representative.

    It lives in the service. From `told_at` to `ended_at` stands a copy of what was said last about the person
    whose name and birth date `person_key` tells; `phone` is masked, no more is known. From `new_number` on
    stands the agreement that is being written down, and the phone that is being confirmed. The code which the
    person read aloud only passes through: it waits sealed until the worker has handed it over.
    """

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="agreements")
    representative = models.OneToOneField(
        Representative, on_delete=models.CASCADE, null=True, related_name="agreement"
    )
    wish = models.CharField(max_length=12, choices=AgreementWish, default=AgreementWish.NOTHING, blank=True)
    asked_at = models.DateTimeField(null=True)
    failed = models.CharField(max_length=12, choices=AgreementWish, default=AgreementWish.NOTHING, blank=True)
    problem = models.CharField(max_length=500, blank=True)

    told_at = models.DateTimeField(null=True)
    person_key = models.CharField(max_length=32, blank=True)
    id_agreement = models.CharField(max_length=26, blank=True)
    number = models.CharField(max_length=100, blank=True)
    way = models.CharField(max_length=20, blank=True)
    concluded_on = models.DateField(null=True)
    phone = models.CharField(max_length=40, blank=True)
    phone_confirmed_at = models.DateTimeField(null=True)
    identity_checked_by = models.CharField(max_length=200, blank=True)
    rests_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    new_number = models.CharField(max_length=100, blank=True)
    new_concluded_on = models.DateField(null=True)
    new_way = models.CharField(max_length=20, choices=AgreementWay, default=AgreementWay.PAPER)
    new_phone = models.CharField(max_length=20, blank=True)
    new_identity_checked = models.BooleanField(default=False)
    phone_check = models.CharField(max_length=26, blank=True)
    check_expires_at = models.DateTimeField(null=True)
    check_confirmed_at = models.DateTimeField(null=True)
    code_sealed = models.BinaryField(null=True)
    end_reason = models.CharField(max_length=300, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=models.Q(representative__isnull=True),
                name="one_agreement_of_patient",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def person(self) -> Patient | Representative:
        return self.representative or self.patient

    @property
    def is_live(self) -> bool:
        """Whether documents may be signed by a code under it, as far as is known here."""
        return bool(self.id_agreement) and self.ended_at is None

    @property
    def way_in_words(self) -> str:
        """«на бумаге»; the service knows one way more than a registrar may choose."""
        if self.way == "first_document":
            return "кодом, первым документом"
        return AgreementWay(self.way).label.lower() if self.way in AgreementWay else ""

    @property
    def code(self) -> str:
        """The code in clear, for a request to the service and nothing else."""
        if self.code_sealed is None:
            return ""
        return self.patient.institution.key.decrypt(self.code_sealed, self._place_of_code).decode()

    @code.setter
    def code(self, code: str) -> None:
        key = self.patient.institution.key
        self.code_sealed = key.encrypt(code.encode(), self._place_of_code) if code else None

    @property
    def _place_of_code(self) -> str:
        return f"patients.agreement|{self.pk}"
