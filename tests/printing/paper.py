"""A printed PDF as a person sees it."""

import pypdfium2

from sep.printing import (
    AgreementForm,
    Clinic,
    Conclusion,
    Person,
    Signatory,
    WithdrawalForm,
    Withdrawn,
    WithdrawnDocument,
    agreement_version,
)

MILLIMETRE = 72 / 25.4


def pages(pdf: bytes) -> list[pypdfium2.PdfPage]:
    return list(pypdfium2.PdfDocument(pdf))


def text(pdf: bytes) -> str:
    """The text layer as one line: a person's eye does not see where lines end."""
    found = " ".join(page.get_textpage().get_text_bounded() for page in pages(pdf))
    found = found.replace("\ufffe\r\n", "").replace("\ufffe", "").replace("\u200b", "").replace("\u200e", "")
    return " ".join(found.split())


def signs(shown: str) -> str:
    """Without spaces: the end of a line adds them."""
    return "".join(shown.split())


def overflow(pdf: bytes) -> list[str]:
    """Letters outside of 22, 15, 13 and (with the footer) 5 mm; hyphens and accents hang a bit."""
    outside = []
    for page in pages(pdf):
        layer = page.get_textpage()
        for index in range(layer.count_chars()):
            letter = layer.get_text_range(index, 1)
            left, bottom, right, top = layer.get_charbox(index)
            beside = left < 21.5 * MILLIMETRE or right > page.get_width() - 13.5 * MILLIMETRE
            beyond = bottom < 5 * MILLIMETRE or top > page.get_height() - 11.5 * MILLIMETRE
            if letter.strip() and (beside or beyond):
                outside.append(letter)
    return outside


def agreement_form(**changes):
    values = {
        "number": "С-000184",
        "version": agreement_version().version,
        "made_on": "2026-11-23",
        "clinic": Clinic(
            name="ООО «Клиника „Рябина“»",
            short_name="Клиника «Рябина»",
            phone="+7 (000) 000-00-00",
            requisites="ИНН 0000000000, ОГРН 0000000000000, г. Изобильный, ул. Рябиновая, д. 1",
        ),
        "person": Signatory(
            full_name="Тестовая Анна Сергеевна", birth_date="1986-05-12", phone="+7 9** ***-**-65"
        ),
        "conclusion": Conclusion.PAPER,
    }
    return AgreementForm(**{**values, **changes})


def withdrawal_form(kind: Withdrawn = Withdrawn.CONSENT, **changes):
    names = {
        Withdrawn.CONSENT: "ИДС на проведение телемедицинской консультации",
        Withdrawn.PERSONAL_DATA_CONSENT: "Согласие на обработку персональных данных",
    }
    values = {
        "number": "О-000012",
        "made_on": "2026-11-23",
        "clinic": agreement_form().clinic,
        "document": WithdrawnDocument(
            kind=kind,
            name=names[kind],
            number="7F3K2M",
            signed_on="2026-06-25",
            sha256="0123456789abcdef" * 4,
        ),
        "person": Person(full_name="Тестовая Анна Сергеевна", birth_date="1986-05-12"),
    }
    return WithdrawalForm(**{**values, **changes})


CHILD = Person(full_name="Тестовый Тест Тестович", birth_date="2013-08-31")
MOTHER = "мать; свидетельство о рождении I-ДН № 000000 от 10.09.2013"
