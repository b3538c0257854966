"""Who signs a document and who already has, in words."""

from dataclasses import dataclass
from typing import Final

from clinic.signing.models import OPEN, PackageDocument, SignerState


@dataclass(frozen=True, slots=True)
class _Named:
    signed: str
    awaited: str


_PATIENT: Final = _Named("подписал пациент", "пациента")
_RELATIONS: Final = {
    "mother": _Named("подписала мать", "мать"),
    "father": _Named("подписал отец", "отца"),
    "parent": _Named("подписал родитель", "родителя"),
    "adoptive_parent": _Named("подписал усыновитель", "усыновителя"),
    "guardian": _Named("подписал опекун", "опекуна"),
    "trustee": _Named("подписал попечитель", "попечителя"),
}
_OTHER: Final = _Named("подписал представитель", "представителя")


def who_signs(row: PackageDocument) -> str:
    """«подписывает Тестовая М. П. (мать)»; empty when the patient signs alone."""
    if row.representative is None:
        return ""
    relation = row.representative.get_relation_display().lower()
    other = f"{row.representative.initials} ({relation})"
    return f"подписывают пациент и\u00a0{other}" if row.with_patient else f"подписывает {other}"


def progress(row: PackageDocument) -> str:
    """«подписала мать, ждём пациента»; empty unless one of two has signed and the other may."""
    done = [each for each in row.signers if each.has_signed]
    left = [each for each in row.signers if not each.has_signed]
    if not done or not left or row.status_code not in OPEN:
        return ""
    return f"{_named(done[0]).signed}, ждём {_named(left[0]).awaited}"


def name_of(each: SignerState) -> str:
    """«пациент», «мать»."""
    return _named(each).signed.rpartition(" ")[2]


def _named(each: SignerState) -> _Named:
    return _PATIENT if each.role == "patient" else _RELATIONS.get(each.relation, _OTHER)
