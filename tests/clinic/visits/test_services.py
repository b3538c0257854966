"""«Услуги»: the price list, by hand and from a file."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clinic.institution.models import Institution
from clinic.visits.models import Service

pytestmark = pytest.mark.django_db
IMPORT = "/clinic/services/import/"


def sent(desk, content, encoding="utf-8"):
    body = content if isinstance(content, bytes) else content.encode(encoding)
    return desk.post(IMPORT, {"file": SimpleUploadedFile("prices.csv", body)}, follow=True).content.decode()


def test_services_are_searched_by_code_and_by_name_in_any_case(at_desk):
    desk = at_desk("doctor")
    for query in ("A05", "ЭЛЕКТРОКАРДИО", "регистрация электро"):
        page = desk.get("/clinic/services/", {"q": query}).content.decode()
        assert "Регистрация электрокардиограммы" in page, query
        assert "гемоглобина" not in page


def test_a_service_is_added_changed_and_put_aside(at_desk):
    desk = at_desk("admin")
    desk.post("/clinic/services/new/", {"code": "Z1", "name": "Справка", "price": "1 250,50"})
    service = Service.objects.get(code="Z1")
    assert service.price == Decimal("1250.50")
    again = desk.post("/clinic/services/new/", {"code": "Z1", "name": "Другая", "price": "1"})
    assert "Услуга с таким кодом уже есть." in again.content.decode()
    desk.post(
        f"/clinic/services/{service.pk}/", {"code": "Z1", "name": "Справка", "price": "2", "inactive": "on"}
    )
    assert "Справка" not in desk.get("/clinic/services/").content.decode()
    assert "не оказывается" in desk.get("/clinic/services/?all").content.decode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
def test_a_file_adds_new_services_and_renews_known_ones(at_desk, encoding):
    content = (
        'код;наименование;цена\r\nA05.10.006;ЭКГ с описанием;700,00\r\n\r\nN1;"Осмотр; повторный";1 000\r\n'
    )
    page = sent(at_desk("admin"), content, encoding)
    assert "новых — 1, обновлённых — 1" in page
    assert Service.objects.get(code="A05.10.006").price == Decimal(700)
    assert Service.objects.get(code="N1").name == "Осмотр; повторный"


def test_every_wrong_line_is_told_by_its_number_and_nothing_is_loaded(at_desk):
    lines = [
        "N1;Хорошая;100",
        "N2;Без цены",
        ";Без кода;1",
        "N3;;1",
        "N4;Имя;дорого",
        "N5;Имя;-1",
        "N1;Снова;2",
        "N6;Имя;1,005",
        "N7;Имя;1e3",
    ]
    page = sent(at_desk("admin"), "\n".join(lines))
    for told in (
        "Строка 2: нужны три ячейки через точку с запятой, а их 2",
        "Строка 3: код пуст",
        "Строка 4: наименование пусто",
        "Строка 5: цена «дорого» не число",
        "Строка 6: цена «-1» вне пределов",
        "Строка 7: код «N1» уже стоит в строке 1",
        "Строка 8: в цене «1,005» доли копейки",
        "Строка 9: цена «1e3» не число",
    ):
        assert told in page, told
    assert not Service.objects.filter(code__startswith="N").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04\x00\x00", "Это не текст CSV"),
        (b"", "нет ни одной услуги"),
        (b"\x98\x98;a;1", "Кодировка"),
        ('N1;«Имя»;1\n"N2;Имя;1'.encode(), "кавычки не закрыты"),
        (b"x" * (4 * 1024 * 1024 + 1), "больше 4"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_the_reason(at_desk, content, told):
    assert told in sent(at_desk("admin"), content)
    assert Service.objects.count() == 6


def test_a_file_does_not_touch_another_clinic(at_desk, clinic):
    another = Institution.objects.create(name="Другая", full_name="Другая")
    theirs = Service.objects.create(institution=another, code="A05.10.006", name="Чужая", price=1)
    desk = at_desk("admin")
    sent(desk, "A05.10.006;Наша;2")
    theirs.refresh_from_db()
    assert (theirs.name, theirs.price) == ("Чужая", 1)
    assert desk.get(f"/clinic/services/{theirs.pk}/").status_code == 404


def test_only_the_administrator_edits_the_price_list(at_desk):
    for login in ("registrar", "doctor", "lawyer"):
        for page in ("/clinic/services/new/", IMPORT, f"/clinic/services/{Service.objects.first().pk}/"):
            assert at_desk(login).get(page).status_code == 403
        assert "Новая услуга" not in at_desk(login).get("/clinic/services/").content.decode()
