"""Kinds of documents and the rules of law that differ by kind; a table, because the law changes its mind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sep.parties.methods import BY_AGREEMENT, NOT_NAMED_BY_LAW, SAME_DEVICE, Method


@dataclass(frozen=True)
class DocumentType:
    """One kind of document and its rules before a clinic changes anything.

    Attributes:
        code: stable name for programs.
        name: what people read.
        short_name: how an SMS may call it: no diagnosis, no speciality (323-ФЗ ст. 13).
        methods: ways of signing that are allowed by themselves.
        weaker: legally weaker ways, each with the warning that a clinic must accept first.
        signs_alone: needs a code of its own, never shared with another document.
        needs_medic_signature: complete only with the doctor's УКЭП.
        is_risky: not signed by a code for a day after the phone was changed.
        article: the ground of these rules.
        warning: what the service says honestly about a signature by a code.
        retention_years: how long the clinic must keep it.
    """

    code: str
    name: str
    short_name: str
    methods: tuple[Method, ...]
    weaker: Mapping[Method, str]
    signs_alone: bool
    needs_medic_signature: bool
    is_risky: bool
    article: str
    warning: str
    retention_years: int


_CODE = (Method.SMS_CODE, Method.ESIA, Method.QUALIFIED)
_NAMED_BY_LAW = (Method.ESIA, Method.QUALIFIED)
_MAX_IS_WEAKER = {Method.MAX_CODE: SAME_DEVICE}
_CODES_ARE_WEAKER = {
    Method.SMS_CODE: NOT_NAMED_BY_LAW,
    Method.MAX_CODE: f"{NOT_NAMED_BY_LAW} {SAME_DEVICE}",
}

DOCUMENT_TYPES: Final = {
    kind.code: kind
    for kind in (
        DocumentType(
            code="consent",
            name="Информированное добровольное согласие",
            short_name="согласие",
            methods=_NAMED_BY_LAW,
            weaker=_CODES_ARE_WEAKER,
            signs_alone=True,
            needs_medic_signature=True,
            is_risky=True,
            article="323-ФЗ ст. 20 ч. 2, 7; ст. 54 ч. 2",
            warning=NOT_NAMED_BY_LAW,
            retention_years=25,
        ),
        DocumentType(
            code="refusal",
            name="Отказ от медицинского вмешательства",
            short_name="отказ",
            methods=_NAMED_BY_LAW,
            weaker=_CODES_ARE_WEAKER,
            signs_alone=True,
            needs_medic_signature=True,
            is_risky=True,
            article="323-ФЗ ст. 20 ч. 3, 4, 7",
            warning=NOT_NAMED_BY_LAW,
            retention_years=25,
        ),
        DocumentType(
            code="withdrawal",
            name="Отзыв согласия",
            short_name="отзыв согласия",
            # The law asks no form for it; a hindered withdrawal would be worse than a weak one.
            methods=_CODE,
            weaker=_MAX_IS_WEAKER,
            signs_alone=True,
            needs_medic_signature=False,
            is_risky=False,
            article="323-ФЗ ст. 20 ч. 3; 152-ФЗ ст. 9 ч. 2",
            warning=BY_AGREEMENT,
            retention_years=25,
        ),
        DocumentType(
            code="personal_data_consent",
            name="Согласие на обработку персональных данных",
            short_name="согласие на обработку данных",
            methods=_CODE,
            weaker=_MAX_IS_WEAKER,
            signs_alone=True,
            needs_medic_signature=False,
            is_risky=False,
            article="152-ФЗ ст. 9 (отдельный документ с 01.09.2025)",
            warning=BY_AGREEMENT,
            retention_years=25,
        ),
        DocumentType(
            code="contract",
            name="Договор",
            short_name="договор",
            methods=_CODE,
            weaker=_MAX_IS_WEAKER,
            signs_alone=False,
            needs_medic_signature=False,
            is_risky=True,
            article="ГК РФ ст. 26, 28, 160, 434",
            warning=BY_AGREEMENT,
            retention_years=5,
        ),
        DocumentType(
            code="act",
            name="Акт оказанных услуг",
            short_name="акт",
            methods=_CODE,
            weaker=_MAX_IS_WEAKER,
            signs_alone=False,
            needs_medic_signature=False,
            is_risky=False,
            article="ГК РФ ст. 720, 783",
            warning=BY_AGREEMENT,
            retention_years=5,
        ),
        DocumentType(
            code="other",
            name="Иной документ",
            short_name="документ",
            methods=_CODE,
            weaker=_MAX_IS_WEAKER,
            signs_alone=False,
            needs_medic_signature=False,
            is_risky=False,
            article="63-ФЗ ст. 6 ч. 2, ст. 9",
            warning=BY_AGREEMENT,
            retention_years=5,
        ),
        DocumentType(
            code="pep_agreement",
            name="Соглашение об использовании простой электронной подписи",
            short_name="соглашение о подписи",
            methods=_CODE,
            weaker={},
            signs_alone=True,
            needs_medic_signature=False,
            is_risky=False,
            article="63-ФЗ ст. 6 ч. 2, ст. 9 ч. 2",
            warning=(
                "Соглашение заключено кодом, силу которого само и устанавливает. Надёжнее заключить его"
                " в клинике на бумаге, с паспортом."
            ),
            retention_years=25,
        ),
    )
}
