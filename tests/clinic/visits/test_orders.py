"""«Заказы»: lines from the price list, sums to the kopeck, what is paid and what is owed."""

from decimal import Decimal

import pytest

from clinic.institution.models import Institution
from clinic.visits.models import PaidOrder, Service

pytestmark = pytest.mark.django_db
NEW = "/clinic/paid-orders/new/"
BLOOD = {"name": "Исследование крови", "price": "110"}


def text(answer):
    return answer.content.decode().replace("\u00a0", " ").replace("&nbsp;", " ")


def test_an_order_of_the_guide_is_saved_paid_and_owes_nothing(at_desk, order_data):
    page = at_desk("registrar").post(NEW, order_data(BLOOD, paid="110,00"), follow=True)
    assert "Заказ № 1 сохранён." in text(page)
    order = PaidOrder.objects.get()
    assert (order.total, order.paid, order.debt) == (Decimal("110.00"), Decimal("110.00"), Decimal("0.00"))
    assert "Итого услуг на сумму: <strong>110,00 ₽." in text(page)
    assert "Задолженность: <strong>0,00 ₽." in text(page)


@pytest.mark.parametrize(
    ("line", "total"),
    [
        ({"price": "1 800,00", "quantity": "2"}, "3 600,00"),
        ({"price": "100", "quantity": "1", "discount_percent": "12,5"}, "87,50"),
        ({"price": "0,01", "quantity": "0,5"}, "0,01"),  # half a kopeck goes up
        ({"price": "1000", "surcharge_percent": "20", "discount": "50"}, "1 150,00"),
        ({"price": "10", "discount": "11"}, "0,00"),
        ({"price": "9999999", "quantity": "9999"}, "99 989 990 001,00"),
        ({"price": "33.33", "quantity": "3"}, "99,99"),
    ],
)
def test_the_server_counts_a_line(at_desk, order_data, line, total):
    data = order_data({"name": "Услуга"} | line, then="count")
    page = text(at_desk("registrar").post(NEW, data))
    assert f'<span id="sum-0">{total} ₽</span>' in page
    assert f"Итого услуг на сумму: <strong>{total} ₽." in page
    assert not PaidOrder.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("price", "сто", "Нужно число"),
        ("price", "-1", "Не меньше 0"),
        ("quantity", "0", "Не меньше 0,01"),
        ("discount_percent", "101", "Не больше 100"),
        ("name", "", "Нужно название"),
        ("price", "NaN", "Нужно число"),
    ],
)
def test_a_wrong_line_is_told_and_nothing_is_saved(at_desk, order_data, field, value, told):
    page = text(at_desk("registrar").post(NEW, order_data(BLOOD, BLOOD | {field: value})))
    assert told in page
    assert "Заказ не сохранён" in page
    assert '<span id="sum-1">—</span>' in page
    assert "Итого услуг на сумму: <strong>110,00 ₽." in page
    assert not PaidOrder.objects.exists()


def test_an_empty_line_is_wrong_and_an_order_without_lines_too(at_desk, order_data):
    desk = at_desk("registrar")
    assert "Нужно название" in text(desk.post(NEW, order_data({"quantity": "", "name": "", "price": ""})))
    assert "Добавьте хотя бы одну услугу" in text(desk.post(NEW, order_data()))
    assert not PaidOrder.objects.exists()


def test_more_than_the_order_costs_cannot_be_paid(at_desk, order_data):
    page = text(at_desk("registrar").post(NEW, order_data(BLOOD, paid="110,01")))
    assert "Оплачено больше суммы заказа." in page
    assert not PaidOrder.objects.exists()


def test_a_service_is_found_by_code_and_by_words_and_its_price_is_copied(at_desk, order_data):
    desk = at_desk("registrar")
    for query in ("A09.05.003", "a09", "ГЕМОГЛОБИНА исследование"):
        found = text(desk.post("/clinic/paid-orders/found-services/", {"service_query": query}))
        assert "110,00 ₽" in found, query
    page = text(desk.post(NEW, order_data(then="count", service_query="гемоглобина")))
    assert 'value="110,00"' in page
    assert 'name="line-TOTAL_FORMS" value="1"' in page
    several = text(desk.post(NEW, order_data(then="count", service_query="приём")))
    assert 'name="line-TOTAL_FORMS" value="0"' in several
    assert several.count('name="add_service"') == 3


def test_a_chosen_service_keeps_its_price_when_the_list_changes(at_desk, order_data):
    desk, service = at_desk("registrar"), Service.objects.get(code="A05.10.006")
    desk.post(NEW, order_data({"service": service.pk, "name": service.name, "price": "650,00"}))
    service.price = 900
    service.save()
    order = PaidOrder.objects.get()
    assert order.lines.get().service == service
    assert order.total == Decimal(650)


def test_lines_are_added_and_removed_without_losing_what_was_typed(at_desk, order_data):
    desk = at_desk("registrar")
    page = text(desk.post(NEW, order_data(BLOOD | {"performer": "Иванов"}, then="add")))
    assert 'name="line-TOTAL_FORMS" value="2"' in page
    assert 'value="Иванов"' in page
    assert "Нужно название" not in page  # the new line is not judged yet
    page = text(desk.post(NEW, order_data(BLOOD, BLOOD | {"name": "Вторая"}, then="remove-0")))
    assert 'name="line-TOTAL_FORMS" value="1"' in page
    assert 'value="Вторая"' in page
    assert "Исследование крови" not in page


def test_saving_again_replaces_the_lines(at_desk, order_data):
    desk = at_desk("registrar")
    desk.post(NEW, order_data(BLOOD, BLOOD))
    order = PaidOrder.objects.get()
    page = f"/clinic/paid-orders/{order.pk}/"
    assert 'value="110"' in text(desk.get(page))
    desk.post(page, order_data(BLOOD | {"price": "99,90"}, then="close"))
    order = PaidOrder.objects.get()
    assert (order.total, order.number, order.lines.count()) == (Decimal("99.90"), 1, 1)


def test_a_service_of_another_clinic_is_not_linked(at_desk, order_data):
    another = Institution.objects.create(name="Другая", full_name="Другая")
    foreign = Service.objects.create(institution=another, code="X", name="Чужая", price=1)
    desk = at_desk("registrar")
    desk.post(NEW, order_data(BLOOD | {"service": foreign.pk}))
    assert PaidOrder.objects.get().lines.get().service is None
    assert "Чужая" not in text(desk.post(NEW, order_data(then="add-service", add_service=foreign.pk)))
    PaidOrder.objects.update(institution=another)
    order = PaidOrder.objects.get()
    assert desk.get(f"/clinic/paid-orders/{order.pk}/").status_code == 404
    assert "Заказов ещё нет" in text(desk.get("/clinic/paid-orders/"))


def test_a_contract_does_not_end_before_it_begins(at_desk, order_data):
    page = text(at_desk("registrar").post(NEW, order_data(BLOOD, valid_until="2026-06-24")))
    assert "Договор заканчивается раньше" in page


def test_orders_are_found_by_patient_and_number_and_show_the_debt(at_desk, order_data):
    desk = at_desk("registrar")
    desk.post(NEW, order_data(BLOOD, paid="10"))
    assert "100,00 ₽" in text(desk.get("/clinic/paid-orders/"))
    assert "Тестовый" in text(desk.post("/clinic/paid-orders/", {"query": "1"}))
    assert "заказов нет" in text(desk.post("/clinic/paid-orders/", {"query": "Иванова"}))


def test_the_lawyer_reads_an_order_and_changes_nothing(at_desk, order_data):
    at_desk("registrar").post(NEW, order_data(BLOOD))
    order, lawyer = PaidOrder.objects.get(), at_desk("lawyer")
    assert "Пересчитать" not in text(lawyer.get(f"/clinic/paid-orders/{order.pk}/"))
    assert lawyer.post(f"/clinic/paid-orders/{order.pk}/", order_data(BLOOD)).status_code == 403


@pytest.mark.parametrize("count", ["-1", "x", "", "100000"])
def test_a_spoilt_count_of_lines_breaks_nothing(at_desk, order_data, count):
    desk = at_desk("registrar")
    for then in ("save", "count", "remove-7"):
        answer = desk.post(NEW, order_data(BLOOD, then=then) | {"line-TOTAL_FORMS": count})
        assert answer.status_code == 200
    assert not PaidOrder.objects.exists()
