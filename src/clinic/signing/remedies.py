"""What to do about a document that the service refused: plain words, and a button or a way to a page."""

from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from clinic.signing import package
from clinic.signing.models import Exchange, PackageDocument
from clinic.signing.signers import Signers


@dataclass(frozen=True, slots=True)
class Remedy:
    """`words` tell what is wrong; the button sends to the right signers, or the link leads to a page."""

    words: str
    button: str = ""
    link: str = ""
    link_text: str = ""


_WORDS: Final = {
    "both_must_sign": "Этот документ подписывают двое: пациент и его законный представитель.",
    "representative_required": "Один пациент этот документ подписать не может: нужен законный представитель.",
    "patient_signs_himself": "Этот документ подписывает сам пациент: по закону за него никто не может.",
}
_IN_THE_CARD: Final = {
    "agreement_required": "Сначала заключите с подписантом соглашение о простой подписи.",
    "phone_changed": "В соглашении другой телефон: запишите новое соглашение с новым телефоном.",
    "not_a_legal_representative": "Выберите в карточке законного представителя.",
    "representative_under_age": "Проверьте дату рождения представителя.",
    "representative_not_in_record": "Отметьте в карточке, что сведения о представителе есть в медкарте.",
    "capacity_basis_required": "Укажите в карточке документ о дееспособности.",
}
_IN_THE_RULES: Final = frozenset({"weaker_method_not_accepted", "method_not_allowed", "no_method"})


def remedy_of(row: PackageDocument) -> Remedy | None:
    """Return what to do about a refused row, `None` when its own sentence says all."""
    if row.exchange != Exchange.REFUSED:
        return None
    card = reverse("patients:card", args=[row.patient_id])
    if row.refusal in _WORDS:
        who = package.remedy(row)
        if who is None:
            return Remedy(
                f"{_WORDS[row.refusal]} В карточке его нет.",
                link=card,
                link_text="Добавить представителя",
            )
        return Remedy(_WORDS[row.refusal], button=_button(row, who))
    if row.refusal in _IN_THE_CARD:
        return Remedy(_IN_THE_CARD[row.refusal], link=card, link_text="Открыть карточку")
    if row.refusal in _IN_THE_RULES:
        return Remedy(
            "Способ подписания включает администратор.",
            link=reverse("institution:rules"),
            link_text="Правила подписания",
        )
    return None


def _button(row: PackageDocument, who: Signers) -> str:
    if who.representative is None:
        return f"Отправить пациенту ({row.patient.initials})"
    relation = who.representative.get_relation_display().lower()
    one = f"{who.representative.initials}, {relation}"
    return (
        f"Отправить обоим: пациенту и\u00a0представителю ({one})" if who.with_patient else f"Отправить: {one}"
    )
