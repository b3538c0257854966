import pytest

from clinic.forms.subjects import sample_subject
from clinic.institution.models import Institution


@pytest.fixture
def letterhead():
    """A clinic with all requisites that is in no database: typesetting needs none."""
    return Institution(
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


@pytest.fixture
def talon(letterhead):
    """An invented talon of a boy of 12, whose mother signs."""
    return sample_subject(letterhead, "appointment")


@pytest.fixture
def order(letterhead):
    return sample_subject(letterhead, "paid_order")
