"""The directory of forms, a form's card, its text and versions."""

import pytest
from django.utils.html import escape

from clinic.forms import editing, shipped_forms
from clinic.forms.models import FormVersion, PrintForm
from clinic.institution.models import Institution
from clinic.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "# Согласие\n\n{пациент.фио}, согласие дано.\n\n[подпись]\n"


@pytest.fixture
def forms(clinic):
    shipped_forms.install(clinic)
    return PrintForm.objects.filter(institution=clinic)


@pytest.fixture
def form(forms):
    return forms.get(code="KAV.0661")


@pytest.fixture
def admin(at_desk):
    return at_desk("admin")


def names(page):
    return page.content.decode()


def card_of(form, **changes):
    kept = {name: getattr(form, name) for name in editing.CardForm.Meta.fields}
    return {name: value for name, value in {**kept, **changes}.items() if value is not False}


@pytest.mark.parametrize(
    ("query", "seen", "hidden"),
    [
        ({"query": "KAV.0661"}, "платных", "АНЕСТЕЗ"),
        ({"query": "анестез"}, "АНЕСТЕЗ", "KAV.0661"),
        ({"query": "телемедиц"}, "ИКА.0208", "PMG.0043"),
        ({"reports": "1"}, "Таких форм нет", "KAV.0661"),
        ({"own": "1"}, "Таких форм нет", "KAV.0661"),
    ],
)
def test_the_directory_is_searched_and_filtered(forms, admin, query, seen, hidden):
    page = names(admin.get("/clinic/print-forms/", query))
    assert seen in page
    assert hidden not in page


def test_the_directory_has_the_columns_of_the_original_and_all_forms_of_its_list(forms, admin):
    page = names(admin.get("/clinic/print-forms/")).replace("\u00a0", " ")
    for title in ("ИД", "Код", "Тип", "Наименование", "Версия", "Печать в группе", "Объект", "Не активна"):
        assert title in page
    codes = (
        "MAA.0260 PMG.0043 ИКА.0208 MAT.0485 KAV.0635 KAV.0089 KAV.0049 "
        "KAV.0004 MAA.0310 MAA.0311 PR/O.0580 KAV.0661"
    )
    for code in codes.split():
        assert code in page


def test_sorting_and_grouping_follow_the_address(forms, admin):
    down = names(admin.get("/clinic/print-forms/", {"sort": "-code"}, headers={"HX-Request": "true"}))
    up = names(admin.get("/clinic/print-forms/", {"sort": "code"}, headers={"HX-Request": "true"}))
    assert up.index("KAV.0004") < up.index("PR/O.0580")
    assert down.index("KAV.0004") > down.index("PR/O.0580")
    grouped = names(admin.get("/clinic/print-forms/", {"group": "pdf_type"}))
    assert 'class="group"' in grouped
    assert admin.get("/clinic/print-forms/", {"sort": "x'--", "group": "y"}).status_code == 200


def test_the_settings_of_a_form_are_saved(form, admin):
    page = names(admin.get(f"/clinic/print-forms/{form.pk}/"))
    for title in (
        "Передавать PDF в",
        "Тип PDF",
        "бухгалтерские",
        "Индекс сортировки",
        "Принтер по умолчанию",
    ):
        assert title in page
    answer = admin.post(f"/clinic/print-forms/{form.pk}/", card_of(form, pdf_to="", copies=3, notes="Важно"))
    assert answer.status_code == 302
    form.refresh_from_db()
    assert (form.pdf_to, form.copies, form.notes) == ("", 3, "Важно")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"copies": 0}, "От 1 до 20"),
        ({"name": ""}, "Обязательное поле"),
        ({"object": "patient_card"}, "не подходит"),
    ],
)
def test_a_wrong_card_is_not_saved_and_says_why(form, admin, changes, said):
    answer = admin.post(f"/clinic/print-forms/{form.pk}/", card_of(form, **changes))
    assert answer.status_code == 422
    assert said in names(answer)


def test_a_changed_text_is_a_new_version_and_the_same_text_is_none(form, admin):
    address = f"/clinic/print-forms/{form.pk}/text/"
    assert admin.post(address, {"text": TEXT, "seen": "1"}).status_code == 302
    assert form.versions.count() == 2
    assert admin.post(address, {"text": TEXT.replace("\n", "\r\n"), "seen": "2"}).status_code == 302
    assert form.versions.count() == 2
    assert form.versions.first().author.username == "admin"


def test_a_text_with_an_unknown_placeholder_cannot_be_saved(form, admin):
    answer = admin.post(
        f"/clinic/print-forms/{form.pk}/text/", {"text": "# A\n\n{пациент.фиоо} и текст\n", "seen": "1"}
    )
    assert answer.status_code == 422
    assert "Строка 3" in names(answer)
    assert escape("{пациент.фиоо}") in names(answer)
    assert form.versions.count() == 1


def test_a_stale_editor_loses_nothing(form, admin):
    address = f"/clinic/print-forms/{form.pk}/text/"
    admin.post(address, {"text": TEXT, "seen": "1"})
    late = admin.post(address, {"text": TEXT + "\nПозже.\n", "seen": "1"})
    assert late.status_code == 409
    assert "кто-то сохранил другую версию" in names(late)
    assert "Позже." in names(late)
    assert form.versions.count() == 2


def test_an_earlier_version_is_shown_and_comes_back_as_the_next(form, admin):
    first = form.versions.get().text
    admin.post(f"/clinic/print-forms/{form.pk}/text/", {"text": TEXT, "seen": "1"})
    shown = admin.get(f"/clinic/print-forms/{form.pk}/versions/1.pdf")
    assert shown.content.startswith(b"%PDF-")
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    assert admin.post(f"/clinic/print-forms/{form.pk}/versions/1/restore/").status_code == 302
    assert form.versions.first().number == 3
    assert form.versions.first().text.strip() == first.strip()


def test_a_text_is_shown_before_it_is_saved(form, admin):
    shown = admin.post(f"/clinic/print-forms/{form.pk}/preview.pdf", {"text": TEXT})
    assert shown.content.startswith(b"%PDF-")
    wrong = admin.post(f"/clinic/print-forms/{form.pk}/preview.pdf", {"text": "{нет.такого}"})
    assert wrong.status_code == 422
    assert "Строка 1" in names(wrong)
    faults = admin.post(f"/clinic/print-forms/{form.pk}/faults/", {"text": "{нет.такого}"})
    assert "Строка 1" in names(faults)
    assert FormVersion.objects.filter(form=form).count() == 1


def test_a_copy_is_the_clinics_own(form, admin):
    assert admin.post(f"/clinic/print-forms/{form.pk}/copy/").status_code == 302
    twin = PrintForm.objects.order_by("-pk").first()
    assert (twin.code, twin.shipped_as, twin.versions.get().number) == (form.code, "", 1)
    own = names(admin.get("/clinic/print-forms/", {"own": "1"}))
    assert twin.name in own


def test_a_new_form_goes_to_its_text(forms, admin):
    made = admin.post(
        "/clinic/print-forms/new/",
        {
            "code": "ООО.1",
            "kind": "form",
            "name": "Памятка",
            "object": "patient_card",
            "copies": 1,
            "sort_index": 0,
            "pdf_type": "other",
        },
    )
    assert made.status_code == 302
    assert made["Location"].endswith("?tab=text")
    assert admin.get(made["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("login", "see", "edit"),
    [("admin", 200, 302), ("registrar", 200, 403), ("lawyer", 200, 403), ("doctor", 403, 403)],
)
def test_who_sees_and_who_edits(form, at_desk, login, see, edit):
    desk = at_desk(login)
    assert desk.get("/clinic/print-forms/").status_code == see
    assert desk.get(f"/clinic/print-forms/{form.pk}/?tab=text").status_code == see
    assert desk.post(f"/clinic/print-forms/{form.pk}/", card_of(form)).status_code == edit
    assert desk.post(f"/clinic/print-forms/{form.pk}/text/", {"text": TEXT, "seen": "1"}).status_code == edit


def test_a_form_of_another_clinic_is_not_there(form, at_desk):
    stranger = Institution.objects.create(name="Другая", full_name="Другая клиника")
    User.objects.filter(username="admin").update(institution=stranger)
    desk = at_desk("admin")
    for path in ("", "?tab=text", "versions/1.pdf"):
        assert desk.get(f"/clinic/print-forms/{form.pk}/{path}").status_code == 404
    assert desk.post(f"/clinic/print-forms/{form.pk}/text/", {"text": TEXT, "seen": "1"}).status_code == 404
