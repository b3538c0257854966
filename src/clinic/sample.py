"""A clinic to look at: requisites, staff, patients, prices. For `sep demo` alone."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from clinic.forms import shipped_forms
from clinic.institution.models import Institution
from clinic.patients.models import Patient, Policy, PolicyKind, Relation, Representative, Sex
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.visits.models import Service


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the sample clinic, as `demo.json` tells it."""

    role: Role
    login: str
    full_name: str


ACCOUNTS = (
    Account(Role.ADMINISTRATOR, "admin", "Администратор Анна Сергеевна"),
    Account(Role.REGISTRAR, "registrar", "Мельникова Ольга Ивановна"),
    Account(Role.DOCTOR, "doctor", "Свиридова Любовь Гавриловна"),
    Account(Role.LAWYER, "lawyer", "Правдин Павел Андреевич"),
)

_SERVICES = (
    ("A09.05.003", "Исследование уровня общего гемоглобина в крови", "110.00"),
    ("B01.031.001", "Приём (осмотр, консультация) врача-педиатра первичный", "1800.00"),
    ("B01.031.002", "Приём (осмотр, консультация) врача-педиатра повторный", "1500.00"),
    ("B01.028.001", "Приём (осмотр, консультация) врача-оториноларинголога первичный", "1900.00"),
    ("A04.16.001", "Ультразвуковое исследование органов брюшной полости (комплексное)", "2100.00"),
    ("A05.10.006", "Регистрация электрокардиограммы", "650.00"),
)


def make(password: str) -> Institution:
    """Create the sample clinic once and return it; its accounts get `password`."""
    found = Institution.objects.first()
    if found is not None:
        return found
    with transaction.atomic():
        clinic = Institution.objects.create(
            name="Клиника «Рябина»",
            full_name="Общество с ограниченной ответственностью «Клиника „Рябина“»",
            address="356140, Ставропольский край, г. Изобильный, ул. Ленинградская, д. 1",
            phone="+7 865 245-00-00",
            email="info@ryabina.example",
            inn="2607012340",
            kpp="260701001",
            ogrn="1022600662340",
            licence="Л041-01197-26/00300000 от 12.03.2020, Министерство здравоохранения Ставропольского края",
            head_position="Генеральный директор",
            head_name="Рябинина Елена Викторовна",
        )
        for account in ACCOUNTS:
            User.objects.create_user(
                account.login,
                password=password,
                full_name=account.full_name,
                role=account.role,
                institution=clinic,
            )
        shipped_forms.install(clinic)
        for code, name, price in _SERVICES:
            Service.objects.create(institution=clinic, code=code, name=name, price=Decimal(price))
        _patients(clinic)
    return clinic


def people_with_phones() -> list[Patient | Representative]:
    """Return the people of the sample cards who may receive something to sign."""
    patients = Patient.objects.exclude(phone="").order_by("pk")
    return [*patients, *Representative.objects.exclude(phone="").order_by("pk")]


def _patients(clinic: Institution) -> None:
    boy = Patient.objects.create(
        institution=clinic,
        card_number="2156792",
        family="Тестовый",
        given="Тест",
        patronymic="Тестович",
        birth_date=date(2013, 8, 31),
        sex=Sex.MALE,
        document_kind="Свидетельство о рождении",
        document_series="I-ДН",
        document_number="654321",
        address_registered="Ставропольский край, Изобильненский р-н, г. Изобильный, ул. Ленинградская, д. 5",
        occupation="Неработающий",
    )
    Representative.objects.create(
        patient=boy,
        family="Тестовая",
        given="Мария",
        patronymic="Петровна",
        birth_date=date(1985, 4, 12),
        relation=Relation.MOTHER,
        basis="свидетельство о рождении I-ДН № 654321",
        document="паспорт 07 09 123456, выдан ОВД Изобильненского района 14.05.2009",
        phone="+79154167000",
        in_medical_record=True,
        is_default=True,
    )
    Policy.objects.create(
        patient=boy,
        kind=PolicyKind.ENP,
        number="2623568989898989",
        insurer="ООО «СК „Ингосстрах-М“»",
        region="Ставропольский край",
    )
    Patient.objects.create(
        institution=clinic,
        card_number="2156801",
        family="Иванова",
        given="Мария",
        patronymic="Петровна",
        birth_date=date(1954, 3, 14),
        sex=Sex.FEMALE,
        document_series="07 04",
        document_number="112233",
        phone="+79161234567",
        address_registered="Ставропольский край, г. Изобильный, ул. Садовая, д. 12, кв. 3",
        occupation="Пенсионер",
    )


def make_youth(clinic: Institution) -> None:
    """Create a patient of sixteen: he signs a consent himself, and his mother a contract."""
    youth = Patient.objects.create(
        institution=clinic,
        card_number="2156813",
        family="Юностев",
        given="Илья",
        patronymic="Андреевич",
        birth_date=date(timezone.localdate().year - 16, 1, 1),
        sex=Sex.MALE,
        document_series="07 24",
        document_number="445566",
        phone="+79262345678",
        address_registered="Ставропольский край, г. Изобильный, ул. Школьная, д. 3, кв. 8",
        occupation="Учащийся",
    )
    Representative.objects.create(
        patient=youth,
        family="Юностева",
        given="Ирина",
        patronymic="Викторовна",
        birth_date=date(1982, 9, 3),
        relation=Relation.MOTHER,
        basis="свидетельство о рождении II-ДН № 112233",
        document="паспорт 07 05 778899, выдан ОВД Изобильненского района 02.10.2002",
        phone="+79035556677",
        in_medical_record=True,
        is_default=True,
    )
