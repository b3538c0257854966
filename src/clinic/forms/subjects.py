"""What a form is printed from: a talon, an order or a card, with the people who stand behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone

from clinic.forms.models import PdfType, PrintObject
from clinic.institution.models import Institution
from clinic.patients.models import Patient, Policy, PolicyKind, Relation, Representative, Sex
from clinic.patients.who_signs import needs_representative
from clinic.visits.models import Appointment, OrderLine, PaidOrder, Visit


@dataclass(frozen=True, slots=True)
class Subject:
    """What and whom a form is printed for.

    `object` is a `PrintObject`; `representative` is who signs, `None` when the patient does it himself;
    `lines` are the services of `order`.
    """

    object: str
    number: str
    institution: Institution
    patient: Patient
    representative: Representative | None
    appointment: Appointment | None
    order: PaidOrder | None
    day: date
    lines: tuple[OrderLine, ...] = ()
    policy: Policy | None = None

    @property
    def signer(self) -> Patient | Representative:
        return self.representative or self.patient

    @property
    def total(self) -> Decimal:
        """The sum of the services, in roubles with kopecks."""
        return sum((line.total for line in self.lines), Decimal("0.00"))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.institution.time_zone)


def subject_of(
    institution: Institution,
    object: str,  # noqa: A002
    pk: int,
    pdf_type: str = PdfType.OTHER,
) -> Subject:
    """Return what a form is printed from today.

    The representative chosen in a talon or an order signs; otherwise the default one of the card, when the
    patient is too young to sign a document of `pdf_type` alone. Raises `LookupError` when the clinic has no
    such row, or when this kind of object has no pages here.
    """
    try:
        return _subject(institution, object, pk, pdf_type)
    except ObjectDoesNotExist as error:
        raise LookupError(f"no {object} {pk}") from error


def _subject(institution: Institution, kind: str, pk: int, pdf_type: str) -> Subject:
    appointment: Appointment | None = None
    order: PaidOrder | None = None
    visit: Visit | None = None
    related = ("patient", "representative")
    if kind == PrintObject.APPOINTMENT:
        visit = appointment = Appointment.objects.select_related(*related).get(institution=institution, pk=pk)
    elif kind == PrintObject.PAID_ORDER:
        visit = order = PaidOrder.objects.select_related(*related).get(institution=institution, pk=pk)
    elif kind != PrintObject.PATIENT_CARD:
        raise LookupError(f"{kind} has no pages here")
    patient = visit.patient if visit else Patient.objects.get(institution=institution, pk=pk)
    day = timezone.localdate(timezone=ZoneInfo(institution.time_zone))
    chosen = visit.representative if visit else None
    return Subject(
        object=kind,
        number=str(visit.number) if visit else patient.card_number,
        institution=institution,
        patient=patient,
        representative=chosen or expected_signer(patient, pdf_type, day),
        appointment=appointment,
        order=order,
        day=day,
        lines=tuple(order.lines.all()) if order else (),
        policy=Policy.objects.filter(patient=patient, inactive=False).order_by("pk").first(),
    )


def expected_signer(patient: Patient, pdf_type: str, day: date) -> Representative | None:
    """Return the representative who signs a document of this type for the patient, `None` for himself."""
    if not is_signed_for(patient, pdf_type, day):
        return None
    able = Representative.objects.filter(patient=patient, is_default=True).exclude(relation=Relation.OTHER)
    return able.first()


def is_signed_for(patient: Patient, pdf_type: str, day: date) -> bool:
    """Tell whether age or capacity wants somebody else's signature instead of the patient's."""
    kind = PdfType(pdf_type)
    is_medical = kind in {PdfType.CONSENT, PdfType.REFUSAL}
    return needs_representative(
        patient, day, own_signature_from=kind.own_signature_from, is_medical=is_medical
    )


def sample_subject(institution: Institution, object: str) -> Subject:  # noqa: A002
    """Return an invented talon, order or card of this clinic, for previews; nothing is saved.

    Raises `ValueError` for a word that is no `PrintObject`.
    """
    kind = PrintObject(object)
    patient = _sample_patient(institution)
    mother = _sample_mother(patient)
    day = date(2026, 6, 25)
    appointment = order = None
    if kind == PrintObject.APPOINTMENT:
        appointment = Appointment(
            institution=institution,
            number=107200,
            patient=patient,
            starts_at=datetime(2026, 6, 25, 10, 30, tzinfo=ZoneInfo(institution.time_zone)),
            department="Кабинет врача-педиатра участкового",
            doctor_position="Врач-педиатр участковый",
            doctor_name="Образцова Ольга Олеговна",
            room="206",
            service="Приём (осмотр, консультация) врача-педиатра первичный",
        )
    elif kind == PrintObject.PAID_ORDER:
        order = PaidOrder(institution=institution, number=3, patient=patient, valid_from=day, valid_until=day)
    return Subject(
        object=kind,
        number=_SAMPLE_NUMBERS.get(kind, "114445"),
        institution=institution,
        patient=patient,
        representative=mother,
        appointment=appointment,
        order=order,
        day=day,
        lines=_sample_lines(order) if order else (),
        policy=Policy(patient=patient, kind=PolicyKind.ENP, number="2600000000000000"),
    )


_SAMPLE_NUMBERS: Final[Mapping[PrintObject, str]] = {
    PrintObject.APPOINTMENT: "107200",
    PrintObject.PAID_ORDER: "3",
    PrintObject.PATIENT_CARD: "1000001",
}


def _sample_patient(institution: Institution) -> Patient:
    return Patient(
        institution=institution,
        card_number="1000001",
        family="Образцов",
        given="Артём",
        patronymic="Ильич",
        birth_date=date(2013, 8, 31),
        sex=Sex.MALE,
        snils="11223344595",
        document_kind="Свидетельство о рождении",
        document_series="I-ДН",
        document_number="654321",
        phone="+79161234567",
        address_registered="г. Изобильный, ул. Ленинградская, д. 5",
    )


def _sample_mother(patient: Patient) -> Representative:
    return Representative(
        patient=patient,
        family="Образцова",
        given="Мария",
        patronymic="Петровна",
        birth_date=date(1985, 4, 12),
        relation=Relation.MOTHER,
        basis="свидетельство о рождении I-ДН № 654321",
        document="паспорт 07 09 123456, выдан 14.05.2009",
        address="г. Изобильный, ул. Ленинградская, д. 5",
        phone="+79154167000",
    )


def _sample_lines(order: PaidOrder) -> tuple[OrderLine, ...]:
    prices = (
        ("Приём (осмотр, консультация) врача-педиатра первичный", "1800.00"),
        ("Исследование уровня общего гемоглобина в крови", "110.00"),
    )
    return tuple(
        OrderLine(
            order=order,
            position=position,
            name=name,
            price=Decimal(price),
            performer="Образцова Ольга Олеговна",
        )
        for position, (name, price) in enumerate(prices, 1)
    )
