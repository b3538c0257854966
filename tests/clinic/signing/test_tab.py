"""The tab «28. СЭП»: what it shows, what its buttons do, and to whom they are open."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from clinic.institution.models import Institution
from clinic.patients.models import Patient, Representative
from clinic.signing.models import AskedQuestion, Exchange, PackageDocument, Pending
from tests import builders
from tests.clinic.signing.rows import accepted, row, signed

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
ROLES = ("admin", "registrar", "doctor", "lawyer")
MAY_SEE = set(ROLES)
MAY_SEND = {"admin", "registrar"}
MAY_SEE_EVIDENCE = {"admin", "lawyer"}


def tab(patient, part=""):
    return f"/clinic/patients/{patient.pk}/sep/{part}"


def fresh(one):
    return PackageDocument.objects.get(pk=one.pk)


@pytest.fixture
def stranger(clinic):
    """A patient of another clinic, with the same card number."""
    other = Institution.objects.create(name="Другая", full_name="Другая клиника")
    return Patient.objects.create(
        institution=other, card_number="2156801", family="Чужой", given="Иван", birth_date="1980-01-01", sex=1
    )


def foreign_document(stranger, woman):
    document = signed(woman)
    document.institution, document.patient = stranger.institution, stranger
    document.save()
    return document


@dataclass(frozen=True)
class Page:
    method: str
    path: str
    may: set[str]

    def asked_by(self, browser, document):
        path = self.path.format(patient=document.patient_id, document=document.pk)
        return getattr(browser, self.method)(f"/clinic/{path}")


PAGES = [
    Page("get", "patients/{patient}/sep/", MAY_SEE),
    Page("post", "patients/{patient}/sep/view/", MAY_SEE),
    Page("post", "patients/{patient}/sep/receive/", MAY_SEE),
    Page("post", "patients/{patient}/sep/send/", MAY_SEND),
    Page("post", "patients/{patient}/sep/resend/", MAY_SEND),
    Page("post", "patients/{patient}/sep/revoke/", MAY_SEND),
    Page("post", "patients/{patient}/sep/remove/", MAY_SEND),
    Page("post", "patients/{patient}/sep/signer/", MAY_SEND),
    Page("get", "patients/{patient}/sep/file/", MAY_SEND),
    Page("get", "sep/{document}/", MAY_SEE),
    Page("get", "sep/{document}/document.pdf", MAY_SEE),
    Page("get", "sep/{document}/original.pdf", MAY_SEE),
    Page("get", "sep/{document}/protocol.pdf", MAY_SEE_EVIDENCE),
]


@pytest.mark.parametrize("login", ROLES)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_a_page_is_open_to_its_roles_alone(page, login, at_desk, woman):
    answer = page.asked_by(at_desk(login), signed(woman))
    assert (answer.status_code == 403) == (login not in page.may)
    assert answer.status_code in {200, 302, 403}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_another_clinics_patient_is_not_found(page, at_desk, woman, stranger):
    assert page.asked_by(at_desk("admin"), foreign_document(stranger, woman)).status_code == 404


def test_a_stranger_is_sent_to_sign_in(woman):
    assert Client().get(tab(woman)).status_code == 302


def test_the_columns_and_words_are_those_of_the_field(at_desk, woman):
    row(woman, "Черновик")
    accepted(woman, "created", "Создан")
    accepted(woman, "sent", "Направлен")
    signed(woman, "Подписан")
    page = at_desk("registrar").get(tab(woman)).content.decode().replace("&nbsp;", " ")
    for words in (
        "Отправить", "Получить", "Отправить все", "Получить все", "Просмотр PDF", "Наименование",
        "Дата добавления", "Дата отправки в СЭП", "Дата получения подписи", "Статус",
        "Не отправлен", "Создан",
        "Документ направлен конкретному получателю", "Получатель подписал документ",
    ):  # fmt: skip
        assert words in page


def test_the_doctor_sees_no_buttons_of_sending(at_desk, woman):
    row(woman)
    page = at_desk("doctor").get(tab(woman)).content.decode()
    assert "Отправить" not in page
    assert "Добавить файл" not in page
    assert "Просмотр PDF" in page


def test_the_lawyer_sees_hashes_and_the_protocol(at_desk, woman):
    document = signed(woman)
    page = at_desk("lawyer").get(tab(woman)).content.decode()
    assert document.signed_sha256 in page
    assert f"/clinic/sep/{document.pk}/protocol.pdf" in page
    assert document.signed_sha256 not in at_desk("registrar").get(tab(woman)).content.decode()


def test_the_second_line_tells_to_whom_and_why_not(at_desk, boy):
    mother = Representative.objects.get(patient=boy)
    accepted(
        boy,
        "undelivered",
        representative=mother,
        delivery_state="failed",
        delivery_failure="абонент заблокирован",
    )
    page = at_desk("registrar").get(tab(boy)).content.decode()
    assert "подписывает Тестовая" in page
    assert "(мать)" in page
    assert "+7\u00a09**\u00a0***\u2011**\u201167" in page
    assert "Не доставлено: абонент заблокирован." in page
    assert "отправитель — Мельникова\u00a0О.\u00a0И." in page


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"delivery_channel": "max"}, "<span>MAX на\u00a0+7"),
        ({"delivery_channel": "sms", "in_max": "invited"}, "<span>в MAX ещё не пришёл</span>"),
        (
            {"instead_of": "max", "instead_of_reason": "Пациент остановил бота.", "in_max": "stopped"},
            "<span>СМС вместо MAX: пациент остановил бота</span><span>на\u00a0+7",
        ),
        (
            {"instead_of": "max", "instead_of_reason": "MAX не ответил."},
            "<span>СМС вместо MAX: MAX не ответил</span>",
        ),
        ({"instead_of": "max", "in_max": "new-to-us"}, "<span>СМС вместо MAX</span>"),
    ],
    ids=["MAX", "SMS", "SMS instead", "MAX itself", "without a reason"],
)
def test_the_channel_is_told_and_how_far_the_patient_is_in_max(at_desk, woman, told, words):
    accepted(woman, "sent", **told)
    assert words in at_desk("registrar").get(tab(woman)).content.decode()


def test_how_far_he_is_in_max_matters_until_he_decides(at_desk, woman):
    signed(woman, in_max="invited")
    assert "в MAX ещё не пришёл" not in at_desk("registrar").get(tab(woman)).content.decode()


def test_questions_of_the_patient_are_on_the_row_and_sealed_in_the_base(at_desk, woman):
    asked = datetime(2026, 6, 25, 7, 40, tzinfo=UTC)
    document = accepted(woman, "sent", questions=[AskedQuestion("Это <b>больно</b>?", asked)])
    browser = at_desk("doctor")
    page = browser.get(tab(woman)).content.decode()
    assert ">Вопрос</span>" in page
    assert '<span class="soft">25.06.2026 10:40</span> Это &lt;b&gt;больно&lt;/b&gt;?' in page
    assert "больно".encode() not in bytes(fresh(document).questions_sealed)
    refresh = re.search(r'hx-get="([^"]+seen[^"]+)"', page).group(1)
    document.questions = [AskedQuestion("Первый", asked), AskedQuestion("Второй", asked)]
    document.save()
    assert "2 вопроса" in browser.get(refresh, headers=HTMX).content.decode().replace("\u00a0", " ")


def test_names_from_outside_are_text_and_not_markup(at_desk, woman):
    accepted(woman, "declined", "<b>Имя</b>", status_reason="<img src=x>")
    page = at_desk("registrar").get(tab(woman)).content.decode()
    assert "<b>Имя" not in page
    assert "<img" not in page


def test_a_refresh_with_nothing_new_swaps_nothing(at_desk, woman):
    document = accepted(woman, "sent")
    browser = at_desk("registrar")
    page = browser.get(tab(woman), headers=HTMX).content.decode()
    refresh = re.search(r'hx-get="([^"]+)"', page).group(1)
    assert browser.get(refresh, headers=HTMX).status_code == 204
    PackageDocument.objects.filter(pk=document.pk).update(
        status_code="signed", status_display="Получатель подписал документ"
    )
    answer = browser.get(refresh, headers=HTMX)
    assert answer.status_code == 200
    assert "Получатель подписал документ" in answer.content.decode()


def test_the_table_hurries_only_while_something_goes_on(at_desk, woman):
    document = accepted(woman, "sent")
    browser = at_desk("registrar")
    assert "every 15s" in browser.get(tab(woman), headers=HTMX).content.decode()
    PackageDocument.objects.filter(pk=document.pk).update(pending=Pending.RECEIVE)
    assert "every 3s" in browser.get(tab(woman), headers=HTMX).content.decode()


def test_progress_is_told_while_all_are_sent(at_desk, woman):
    for number in range(12):
        if number < 3:
            accepted(woman, "created", f"Документ {number}", batch="B")
        else:
            row(woman, f"Документ {number}", exchange=Exchange.QUEUED, batch="B")
    assert "Отправлено 3 из 12" in at_desk("registrar").get(tab(woman)).content.decode()


def test_send_takes_the_selected_rows_and_send_all_takes_what_may_be_sent(at_desk, woman):
    first, second, refused = row(woman, "1"), row(woman, "2"), row(woman, "3", exchange=Exchange.REFUSED)
    done = signed(woman, "4")
    browser = at_desk("registrar")
    page = browser.post(tab(woman, "send/"), {"row": [first.pk]}, headers=HTMX).content.decode()
    assert "Отправляется…" in page
    assert fresh(first).sent_by.username == "registrar"
    assert fresh(second).exchange == Exchange.DRAFT
    batch = fresh(first).batch
    assert browser.post(tab(woman, "send/"), {"all": "1"}).status_code == 302
    assert fresh(second).exchange == fresh(refused).exchange == Exchange.QUEUED
    assert fresh(first).batch == batch
    assert fresh(done).exchange == Exchange.ACCEPTED


def test_rows_of_another_patient_are_not_touched(at_desk, woman, boy):
    other = row(boy)
    at_desk("registrar").post(tab(woman, "send/"), {"row": [other.pk]})
    assert fresh(other).exchange == Exchange.DRAFT


def test_receive_asks_once(at_desk, woman):
    document = accepted(woman, "sent")
    browser = at_desk("registrar")
    browser.post(tab(woman, "receive/"), {"row": [document.pk]})
    assert fresh(document).pending == Pending.RECEIVE
    browser.post(tab(woman, "receive/"), {"all": "1"})
    assert fresh(document).pending == Pending.RECEIVE


def test_revoking_asks_for_a_reason_first(at_desk, woman):
    document = accepted(woman, "sent")
    browser = at_desk("registrar")
    asked = browser.post(tab(woman, "revoke/"), {"row": [document.pk]}, headers=HTMX).content.decode()
    assert "Причина" in asked
    empty = browser.post(tab(woman, "revoke/"), {"row": [document.pk], "reason": ""}, headers=HTMX)
    assert "Обязательное поле" in empty.content.decode()
    assert fresh(document).pending == ""
    answer = browser.post(tab(woman, "revoke/"), {"row": [document.pk], "reason": "Ошибка"}, headers=HTMX)
    assert answer.headers["HX-Trigger"] == "sep-changed"
    assert (fresh(document).pending, fresh(document).pending_reason) == (Pending.REVOKE, "Ошибка")


def test_who_signs_is_changed_before_sending_only(at_desk, boy):
    mother = Representative.objects.get(patient=boy)
    draft, sent = row(boy, "1", representative=mother), accepted(boy, "sent", "2", representative=mother)
    browser = at_desk("registrar")
    both = [draft.pk, sent.pk]
    assert "мать" in browser.post(tab(boy, "signer/"), {"row": both}, headers=HTMX).content.decode()
    browser.post(tab(boy, "signer/"), {"row": both, "signer": "patient"})
    assert fresh(draft).representative is None
    assert fresh(sent).representative == mother


def test_a_relative_who_may_not_sign_is_not_offered(at_desk, boy):
    grandmother = Representative.objects.create(
        patient=boy, family="Бабушкина", given="Анна", birth_date="1950-01-01", relation="other"
    )
    document = row(boy)
    browser = at_desk("registrar")
    asked = browser.post(tab(boy, "signer/"), {"row": [document.pk]}, headers=HTMX).content.decode()
    assert "Бабушкина" not in asked
    browser.post(tab(boy, "signer/"), {"row": [document.pk], "signer": str(grandmother.pk)})
    assert fresh(document).representative is None


def test_a_draft_can_be_taken_out_and_a_sent_document_cannot(at_desk, woman):
    draft, sent = row(woman, "1"), accepted(woman, "sent", "2")
    at_desk("registrar").post(tab(woman, "remove/"), {"row": [draft.pk, sent.pk]})
    assert list(PackageDocument.objects.all()) == [sent]


def upload(browser, patient, data, name="Выписка «А».pdf", **fields):
    file = SimpleUploadedFile(name, data, "application/pdf")
    return browser.post(tab(patient, "file/"), {"file": file, "pdf_type": "other", **fields}, headers=HTMX)


def test_any_pdf_can_be_added(at_desk, boy):
    assert upload(at_desk("registrar"), boy, builders.pdf("Выписка", pages=1)).status_code == 204
    added = PackageDocument.objects.get(patient=boy)
    assert (added.name, added.exchange) == ("Выписка «А»", Exchange.DRAFT)
    assert added.representative == Representative.objects.get(patient=boy)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"PK\x03\x04 a letter", "Это не PDF"),
        (b"%PDF-1.7" + b" " * 10 * 2**20, "больше 10\u00a0МБ"),
        (b"", "пуст"),
    ],
    ids=["another format", "too large", "empty"],
)
def test_a_file_not_taken_is_explained(data, why, at_desk, boy):
    answer = upload(at_desk("registrar"), boy, data).content.decode()
    assert why in answer
    assert not PackageDocument.objects.exists()


def test_the_signed_pdf_is_shown_and_the_original_before_it(at_desk, woman):
    before, after = row(woman, "Не подписан"), signed(woman, "Подписан")
    browser = at_desk("doctor")
    shown = {one: browser.get(f"/clinic/sep/{one.pk}/document.pdf") for one in (before, after)}
    assert shown[before].content == builders.pdf("Не подписан", pages=1)
    assert shown[after].content == builders.pdf("Подписано: Подписан", pages=1)
    assert browser.get(f"/clinic/sep/{after.pk}/original.pdf").content == builders.pdf("Подписан", pages=1)


def test_a_pdf_is_framed_by_our_pages_alone_and_kept_by_no_cache(at_desk, woman):
    document = signed(woman, 'Согласие "а/б"\\..')
    answer = at_desk("doctor").get(f"/clinic/sep/{document.pk}/document.pdf?download")
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename*=utf-8''")
    assert "%2F" not in disposition
    assert "%5C" not in disposition


def test_the_viewers_page_may_hold_the_frame(at_desk, woman):
    document = signed(woman)
    for path in (tab(woman), f"/clinic/sep/{document.pk}/"):
        answer = at_desk("doctor").get(path)
        assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.status_code == 200


def test_a_document_without_a_protocol_has_none_to_show(at_desk, woman):
    document = row(woman)
    assert at_desk("lawyer").get(f"/clinic/sep/{document.pk}/protocol.pdf").status_code == 404


def test_five_hundred_rows_cost_as_many_questions_as_five(at_desk, woman, django_assert_max_num_queries):
    asked = [AskedQuestion("Это больно?", timezone.now())]
    for number in range(5):
        accepted(woman, "sent", f"Документ {number}", questions=asked)
    browser = at_desk("registrar")
    with django_assert_max_num_queries(8):
        browser.get(tab(woman), headers=HTMX)
