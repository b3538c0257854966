"""Who takes part in a document, in the words of a document."""

from clinic.forms import wording
from clinic.forms.subjects import Subject
from clinic.patients.models import Patient


def introduction(subject: Subject) -> str:
    """Return «Я, …, законный представитель (мать; …) пациента: …», the beginning of a consent."""
    signer, patient = subject.signer, subject.patient
    parts = [f"Я, {signer.full_name}, {wording.short_date(signer.birth_date)} года рождения"]
    if document := signer_document(subject):
        parts.append(wording.lowered(document))
    if address := signer_address(subject):
        parts.append(f"адрес: {address}")
    if who := subject.representative:
        relation = who.get_relation_display().lower()
        parts.append(f"законный представитель ({'; '.join(part for part in (relation, who.basis) if part)})")
        parts[-1] += f" пациента: {patient.full_name}, {wording.short_date(patient.birth_date)} года рождения"
        if home := patient.address_actual or patient.address_registered:
            parts.append(f"адрес: {home}")
    return ", ".join(parts)


def patient_document(patient: Patient) -> str:
    """Return the document with who gave it and when, or an empty string."""
    if not patient.document:
        return ""
    issued = " ".join(
        part
        for part in (
            wording.short_date(patient.document_issued_on) if patient.document_issued_on else "",
            patient.document_issued_by,
        )
        if part
    )
    if not issued:
        return patient.document
    # «паспорт … выдан», but «свидетельство …» and «удостоверение … выдано»
    neuter = patient.document_kind.split(" ")[0][-1:] in {"о", "е"}
    return f"{patient.document}, {'выдано' if neuter else 'выдан'} {issued}"


def signer_document(subject: Subject) -> str:
    return subject.representative.document if subject.representative else patient_document(subject.patient)


def signer_address(subject: Subject) -> str:
    return subject.representative.address if subject.representative else subject.patient.address_registered


def signer_status(subject: Subject) -> str:
    """Return «пациент» or «законный представитель пациента (мать)»."""
    if subject.representative is None:
        return "пациент"
    return f"законный представитель пациента ({subject.representative.get_relation_display().lower()})"


def doctor(subject: Subject) -> str:
    """Return the talon's doctor, or those who perform the services of an order."""
    if subject.appointment:
        return subject.appointment.doctor_name
    return ", ".join(dict.fromkeys(line.performer for line in subject.lines if line.performer))
