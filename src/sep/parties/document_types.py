"""Kinds of documents and the rules of law that differ by kind; a table, because the law changes its mind."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class DocumentType:
    """One kind of document.

    Attributes:
        code: stable name for programs.
        name: what people read.
        short_name: how an SMS may call it: no diagnosis, no speciality (323-ФЗ ст. 13).
        own_signature_from: full years from which the patient signs alone.
        signs_alone: needs a code of its own, never shared with another document.
        article: the ground of these rules.
        warning: what the service says honestly about a signature by a code from SMS.
        retention_years: how long the clinic must keep it.
    """

    code: str
    name: str
    short_name: str
    own_signature_from: int
    signs_alone: bool
    article: str
    warning: str
    retention_years: int


_BY_AGREEMENT = (
    "Код из СМС — простая электронная подпись. Её сила основана на вашем соглашении с клиникой"
    " (ст. 6, 9 63-ФЗ)."
)
_NOT_NAMED_BY_LAW = (
    "Для информированного согласия закон (ст. 20 ч. 7 323-ФЗ) называет бумагу, УКЭП и простую подпись"
    " через Госуслуги. СМС там не названа. Если клиника выбрала СМС для ИДС, спор может решиться не"
    " в её пользу."
)

DOCUMENT_TYPES: Final = {
    kind.code: kind
    for kind in (
        DocumentType(
            "consent",
            "Информированное добровольное согласие",
            "согласие",
            15,
            True,
            "323-ФЗ ст. 20 ч. 2, 7; ст. 54 ч. 2",
            _NOT_NAMED_BY_LAW,
            25,
        ),
        DocumentType(
            "refusal",
            "Отказ от медицинского вмешательства",
            "отказ",
            15,
            True,
            "323-ФЗ ст. 20 ч. 3, 4, 7",
            _NOT_NAMED_BY_LAW,
            25,
        ),
        DocumentType(
            "personal_data_consent",
            "Согласие на обработку персональных данных",
            "согласие на обработку данных",
            18,
            True,
            "152-ФЗ ст. 9 (отдельный документ с 01.09.2025)",
            _BY_AGREEMENT,
            25,
        ),
        DocumentType(
            "contract", "Договор", "договор", 18, False, "ГК РФ ст. 26, 28, 160, 434", _BY_AGREEMENT, 5
        ),
        DocumentType("act", "Акт оказанных услуг", "акт", 18, False, "ГК РФ ст. 720, 783", _BY_AGREEMENT, 5),
        DocumentType(
            "other", "Иной документ", "документ", 18, False, "63-ФЗ ст. 6 ч. 2, ст. 9", _BY_AGREEMENT, 5
        ),
    )
}
