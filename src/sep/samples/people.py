"""The invented clinic, its invented people, and forms filled with them."""

from datetime import date
from decimal import Decimal
from typing import Final

from sep.samples.data import (
    Clinic,
    ConsentForm,
    ContractForm,
    Doctor,
    Patient,
    Representative,
    Service,
)

NOTE: Final = "образец: клиника и люди вымышлены"

CLINIC: Final = Clinic(
    name="Клиника «Рябина»",
    legal_name="ООО «Клиника „Рябина“»",
    address="г. Изобильный, ул. Рябиновая, д. 1",
    phone="+7 (000) 000-00-00",
    licence="№ Л041-00000-00/00000000 от 1 февраля 2024 г.",
    inn="0000000000",
    ogrn="0000000000000",
    representative="директор Рябинина Ольга Николаевна на основании устава",
)
DOCTOR: Final = Doctor(full_name="Орлова Вера Ильинична", post="врач-педиатр участковый")
THERAPIST: Final = Doctor(full_name="Соколов Андрей Петрович", post="врач-терапевт")
CHILD: Final = Patient(full_name="Тестовый Тест Тестович", birth_date=date(2013, 8, 31))
MOTHER: Final = Representative(
    full_name="Тестовая Анна Сергеевна",
    birth_date=date(1986, 5, 12),
    relation="мать",
    basis="свидетельство о рождении I-ДН № 000000 от 10.09.2013",
)
ADULT: Final = Patient(full_name="Иванова Мария Петровна", birth_date=date(1954, 3, 14))

_TESTS = Service(
    code="B03.016.003", name="Общий (клинический) анализ крови развёрнутый", price=Decimal("650.00")
)


def child_consent(made_on: date) -> ConsentForm:
    """ИДС that the mother signs for a patient under 15."""
    return ConsentForm(
        clinic=CLINIC,
        patient=CHILD,
        representative=MOTHER,
        made_on=made_on,
        note=NOTE,
        record_number="2156792",
        doctor=DOCTOR,
        consultation_on=made_on,
    )


def adult_consent(made_on: date) -> ConsentForm:
    """ИДС that the patient signs."""
    return ConsentForm(
        clinic=CLINIC,
        patient=ADULT,
        made_on=made_on,
        note=NOTE,
        record_number="1040312",
        doctor=THERAPIST,
        consultation_on=made_on,
    )


def child_contract(made_on: date) -> ContractForm:
    """A contract that the mother concludes for her child."""
    services = (
        Service(
            code="B01.031.001",
            name="Приём (осмотр, консультация) врача-педиатра первичный",
            price=Decimal("1500.00"),
        ),
        _TESTS,
    )
    return ContractForm(
        clinic=CLINIC,
        patient=CHILD,
        representative=MOTHER,
        made_on=made_on,
        note=NOTE,
        number="3",
        city="г. Изобильный",
        starts_on=made_on,
        ends_on=made_on,
        services=services,
    )


def adult_contract(made_on: date) -> ContractForm:
    """A contract of an adult patient."""
    services = (
        Service(
            code="B01.047.001",
            name="Приём (осмотр, консультация) врача-терапевта первичный",
            price=Decimal("1500.00"),
        ),
        _TESTS,
    )
    return ContractForm(
        clinic=CLINIC,
        patient=ADULT,
        made_on=made_on,
        note=NOTE,
        number="4",
        city="г. Изобильный",
        starts_on=made_on,
        ends_on=made_on,
        services=services,
    )
