"""The home page: what needs a hand comes first."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.institution.models import Institution
from clinic.signing.models import AskedQuestion, Exchange, PackageDocument
from tests.clinic.signing.rows import accepted, row, signed

pytestmark = pytest.mark.django_db


def page_of(browser, **headers):
    return browser.get("/clinic/", headers=headers).content.decode().replace("\u00a0", " ")


def part(page, heading):
    return page.partition(f'id="{heading}"')[2].partition("</section>")[0]


@pytest.mark.parametrize("login", ["admin", "registrar", "doctor", "lawyer"])
def test_every_role_has_a_home(login, at_desk, woman):
    signed(woman)
    assert at_desk(login).get("/clinic/").status_code == 200


def test_what_needs_a_hand_stands_first_with_its_reason(at_desk, woman, boy):
    accepted(boy, "undelivered", "Отказ", delivery_state="failed", delivery_failure="абонент заблокирован")
    row(boy, "Акт", exchange=Exchange.REFUSED, problem="Пациенту меньше 15 лет.")
    accepted(woman, "declined", "ИДС на УЗИ", status_reason="Подумаю")
    signed(woman, "Подписанное")
    row(woman, "Черновик")
    page = page_of(at_desk("registrar"))
    attention = part(page, "attention")
    for words in ("Не доставлено: абонент заблокирован.", "Пациенту меньше 15 лет."):
        assert words in attention
    assert f'href="/clinic/patients/{boy.pk}/?tab=sep"' in attention
    assert "Подписанное" not in attention
    assert "Черновик" not in attention
    assert "Подписанное" in part(page, "latest")
    assert page.index('id="attention"') < page.index('id="latest"')


def test_old_trouble_leaves_the_page(at_desk, woman):
    document = accepted(woman, "expired", "Старое")
    PackageDocument.objects.filter(pk=document.pk).update(status_at=timezone.now() - timedelta(days=15))
    assert "Старое" not in part(page_of(at_desk("registrar")), "attention")


def test_the_figures_count_this_clinic_and_this_day(at_desk, woman):
    row(woman, "Черновик")
    accepted(woman, "sent", "Ждёт")
    signed(woman, "Сегодня")
    yesterday = signed(woman, "Вчера")
    PackageDocument.objects.filter(pk=yesterday.pk).update(
        status_at=timezone.now() - timedelta(days=2), added_at=timezone.now() - timedelta(days=2)
    )
    foreign = signed(woman, "Чужое")
    other = Institution.objects.create(name="Другая", full_name="Другая")
    PackageDocument.objects.filter(pk=foreign.pk).update(institution=other)
    figures = at_desk("registrar").get("/clinic/").context["today"].figures
    assert {each.title: each.number for each in figures} == {
        "Добавлено сегодня": 3,
        "Не отправлены": 1,
        "Ждут подписи": 1,
        "Подписаны сегодня": 1,
        "Отказы сегодня": 0,
    }


def test_nothing_to_do_is_said_calmly(at_desk, clinic):
    page = page_of(at_desk("registrar"))
    assert "Всё в&nbsp;порядке" in page
    assert "Сегодня документов ещё не&nbsp;было" in page


def test_the_page_refreshes_its_panels_alone(at_desk, clinic):
    page = page_of(at_desk("registrar"), **{"HX-Request": "true"})
    assert 'id="today"' in page
    assert "<html" not in page


def test_more_documents_are_not_more_questions(at_desk, woman, django_assert_max_num_queries):
    for number in range(20):
        accepted(woman, "undelivered", f"Документ {number}")
    browser = at_desk("registrar")
    with django_assert_max_num_queries(13):
        browser.get("/clinic/")


def test_questions_are_counted_while_their_documents_wait(at_desk, woman, boy):
    asked = [AskedQuestion("Это больно?", timezone.now()), AskedQuestion("Сколько стоит?", timezone.now())]
    accepted(woman, "sent", "Согласие", questions=asked)
    accepted(boy, "sent", "Договор", questions=asked[:1])
    signed(boy, "Подписанное", questions=asked)
    page = page_of(at_desk("registrar"))
    line = page.partition('class="note warm asking">')[2].partition("</p>")[0].replace("&nbsp;", " ")
    assert "3 вопроса от пациентов" in line
    assert line.count(f'href="/clinic/patients/{boy.pk}/?tab=sep"') == 1
    assert woman.full_name in line
    assert "больно" not in page


def test_without_questions_nothing_is_said_of_them(at_desk, woman):
    accepted(woman, "sent")
    assert "asking" not in page_of(at_desk("registrar"))


def test_refusals_and_strangers_stand_on_top_until_somebody_deals_with_them(at_desk, woman, boy):
    refused = accepted(woman, "declined", "ИДС на УЗИ", status_reason="Подумаю")
    stranger = "Получатель сообщил: «Это не я». Проверьте телефон"
    accepted(boy, "undelivered", "Договор", status_reason=stranger)
    accepted(boy, "undelivered", "Отказ", delivery_failure="абонент заблокирован")
    browser = at_desk("registrar")
    page = page_of(browser)
    alarms = part(page, "alarms")
    assert "Причина: Подумаю." in alarms
    assert "«Это не я»" in alarms
    assert "абонент заблокирован" not in alarms
    assert "ИДС на УЗИ" not in part(page, "attention")
    assert page.index('id="alarms"') < page.index('id="attention"')
    assert 'hx-trigger="every 15s"' in page
    browser.post("/clinic/today/handled/", {"document": refused.pk})
    left = part(page_of(browser), "alarms")
    assert "Подумаю" not in left
    assert "«Это не я»" in left


def test_a_doctor_sees_alarms_and_cannot_put_them_away(at_desk, woman):
    refused = accepted(woman, "declined", "ИДС на УЗИ", status_reason="Подумаю")
    assert "Подумаю" in part(page_of(at_desk("doctor")), "alarms")
    answer = at_desk("doctor").post("/clinic/today/handled/", {"document": refused.pk})
    assert answer.status_code == 403
