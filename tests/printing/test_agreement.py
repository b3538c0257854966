from datetime import date
from hashlib import sha256

import pytest

from sep.printing import AgreementOfAnotherVersion, Conclusion, agreement, agreement_version
from sep.printing.typesetting import TEXTS
from tests.printing.paper import agreement_form, overflow, pages, text

AGREED = {
    "1": "8578425b37a8e531d7c4f4c39d65ac972f19d4d714ab935fdfe0f4c2b343e106",
}
"""Texts to which people have agreed: a line is added with a new version and never changed."""


def shown(**changes) -> str:
    return text(agreement(agreement_form(**changes)))


def test_a_changed_text_is_a_new_version():
    version, digest = agreement_version()
    assert digest == sha256((TEXTS / "agreement.typ").read_bytes()).hexdigest()
    assert AGREED[version] == digest, "the words changed: give them a new AGREEMENT_VERSION"


def test_the_version_and_the_hash_of_the_text_are_on_the_paper():
    version, digest = agreement_version()
    assert f"редакция {version}, SHA-256" in shown()
    assert digest in shown().replace(" ", "")


def test_a_version_that_is_not_printed_any_more_is_refused():
    with pytest.raises(AgreementOfAnotherVersion):
        agreement(agreement_form(version="0"))


def test_the_parties_are_named():
    page = shown()
    for value in (
        "ООО «Клиника „Рябина“»",
        "в сообщениях — Клиника «Рябина»",
        "+7 (000) 000-00-00",
        "ИНН 0000000000",
        "Тестовая Анна Сергеевна, 12.05.1986 г. р.",
        "+7 9** ***-**-65",
        "подписи № С-000184",
        "23 ноября 2026 г.",
    ):
        assert value in page


@pytest.mark.parametrize(
    "demanded",
    [
        "Правила определения лица, подписавшего документ (пункт 1 части 2 статьи 9",
        "указана дата рождения Подписанта",
        "соблюдать конфиденциальность ключа ПЭП (пункт 2 части 2 статьи 9",
        "не передавать другим телефон и SIM-карту",
        "Новый номер принимает только сотрудник Клиники, установив личность Подписанта по документу",
        "Как проверяется подпись",
        "Запечатанный файл.",
        "Протокол («Лист подписания»)",
        "Журнал.",
        "вправе отказаться от соглашения в любое время, не объясняя причин",
        "Медицинская помощь не зависит от этого соглашения",
        "не согласие на обработку персональных данных",
    ],
)
def test_what_the_law_demands_is_there(demanded: str):
    assert demanded in shown()


@pytest.mark.parametrize("conclusion", Conclusion)
def test_the_limits_are_told_in_the_exact_words(conclusion: Conclusion):
    page = shown(conclusion=conclusion)
    assert (
        "Для информированного согласия закон (ст. 20 ч. 7 323-ФЗ) называет бумагу, УКЭП и простую подпись"
        " через Госуслуги. СМС там не названа. Если клиника выбрала СМС для ИДС, спор может решиться не"
        " в её пользу."
    ) in page
    assert (
        "Сервис доказывает: какой текст показан, на какой номер ушёл код, когда и откуда он введён, что файл"
        " не менялся. Сервис сам не проверяет паспорт и не знает, кто держал телефон."
    ) in page
    assert "Доставку СМС не гарантирует никто: абонент мог отказаться от рассылок." in page


def test_paper_has_places_for_pens():
    page = shown()
    assert "Паспорт (иной документ, удостоверяющий личность) проверил" in page
    assert "номер телефона полностью — рукой Подписанта" in page
    assert page.count("подпись, дата") == 3
    assert "протоколе подписания этого файла" not in page


def test_the_first_document_says_what_it_is_worth():
    page = shown(conclusion=Conclusion.FIRST_DOCUMENT)
    assert "Это слабее, чем на бумаге." in page
    assert "Личность Подписанта при этом никто не проверял" in page
    assert "Паспорт (иной" not in page
    assert "подпись, дата" not in page


def test_a_qualified_signature_and_gosuslugi_are_told_apart():
    qualified, esia = shown(conclusion=Conclusion.QUALIFIED), shown(conclusion=Conclusion.ESIA)
    assert "усиленной квалифицированной подписью. Закон признаёт её равнозначной" in qualified
    assert "через Единую систему идентификации и аутентификации" in esia
    assert "слабее, чем на бумаге" not in qualified + esia


@pytest.mark.parametrize(
    ("born", "day", "is_minor"),
    [
        (date(2010, 11, 23), date(2028, 11, 22), True),
        (date(2010, 11, 23), date(2028, 11, 23), False),
        (date(2008, 2, 29), date(2026, 2, 28), True),
        (date(2008, 2, 29), date(2026, 3, 1), False),
    ],
)
@pytest.mark.parametrize("conclusion", [Conclusion.PAPER, Conclusion.FIRST_DOCUMENT])
def test_a_parent_consents_for_a_minor(born: date, day: date, is_minor: bool, conclusion: Conclusion):
    person = agreement_form().person.model_copy(update={"birth_date": born})
    pdf = agreement(agreement_form(person=person, made_on=day, conclusion=conclusion))
    assert ("Подписанту нет 18 лет" in text(pdf)) is is_minor
    assert len(pages(pdf)) <= 2
    assert overflow(pdf) == []
