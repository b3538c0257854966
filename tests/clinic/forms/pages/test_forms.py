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


def asked(questions):
    """The fields of the questions of a form's card."""
    fields = {}
    for number, question in enumerate(questions, 1):
        fields |= {f"question{number}-text": question["text"], f"question{number}-right": question["right"]}
        fields |= {f"question{number}-answer{at}": each for at, each in enumerate(question["answers"])}
    return fields


def card_of(form, text=None, **changes):
    """What the browser sends for a form just opened."""
    kept = {name: getattr(form, name) for name in editing.CARD}
    last = editing.last_version(form)
    kept |= {"text": last.text if text is None else text, "seen": editing.fingerprint(form)}
    kept |= {"summary": last.summary} | asked(last.questions)
    return {name: value for name, value in {**kept, **changes}.items() if value is not False}


def address(form):
    return f"/clinic/print-forms/{form.pk}/"


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
    for title in (
        "ИД",
        "Код",
        "Тип",
        "Наименование",
        "Версия",
        "Печать в группе",
        "Объект",
        "Форма не активна",
    ):
        assert title in page
    codes = (
        "MAA.0260 PMG.0043 ИКА.0208 MAT.0485 KAV.0635 KAV.0089 KAV.0049 "
        "KAV.0004 MAA.0310 MAA.0311 PR/O.0580 KAV.0661"
    )
    for code in codes.split():
        assert code in page


def test_sorting_and_grouping_follow_the_address(forms, admin):
    down = names(
        admin.get(
            "/clinic/print-forms/", {"sort": "-code"}, headers={"HX-Request": "true", "HX-Target": "forms"}
        )
    )
    up = names(
        admin.get(
            "/clinic/print-forms/", {"sort": "code"}, headers={"HX-Request": "true", "HX-Target": "forms"}
        )
    )
    assert up.index("KAV.0004") < up.index("PR/O.0580")
    assert down.index("KAV.0004") > down.index("PR/O.0580")
    grouped = names(admin.get("/clinic/print-forms/", {"group": "object"}))
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
        ({"copies": 21}, "От 1 до 20"),
    ],
)
def test_a_wrong_card_is_not_saved_and_says_why(form, admin, changes, said):
    answer = admin.post(f"/clinic/print-forms/{form.pk}/", card_of(form, **changes))
    assert answer.status_code == 422
    assert said in names(answer)


def test_a_changed_text_is_a_new_version_and_the_same_text_is_none(form, admin):
    assert admin.post(address(form), card_of(form, TEXT)).status_code == 302
    assert form.versions.count() == 2
    assert admin.post(address(form), card_of(form, TEXT.replace("\n", "\r\n"))).status_code == 302
    assert form.versions.count() == 2
    assert form.versions.first().author.username == "admin"


def test_a_text_with_an_unknown_placeholder_cannot_be_saved(form, admin):
    answer = admin.post(address(form), card_of(form, "# A\n\n{пациент.фиоо} и текст\n", notes="Заметка"))
    assert answer.status_code == 422
    assert "Строка 3" in names(answer)
    assert escape("{пациент.фиоо}") in names(answer)
    assert "Заметка" in names(answer)
    assert form.versions.count() == 1
    form.refresh_from_db()
    assert form.notes != "Заметка"


def test_a_placeholder_of_another_object_stops_the_change_of_the_object(form, admin):
    answer = admin.post(address(form), card_of(form, object="patient_card"))
    assert answer.status_code == 422
    assert "нет у объекта" in names(answer)
    form.refresh_from_db()
    assert form.object == "paid_order"


def test_a_stale_editor_is_told_what_changed_and_loses_nothing(form, admin):
    stale = card_of(form, TEXT + "\nПозже.\n", notes="Моя заметка")
    admin.post(address(form), card_of(form, TEXT, copies=7))
    late = admin.post(address(form), stale)
    assert late.status_code == 409
    page = names(late)
    assert "её изменил другой сотрудник" in page
    assert "Администратор Анна Сергеевна" in page
    assert "Печать копий по умолчанию — <strong>7</strong>" in page
    assert '<p class="mine"><b>+</b> Позже.</p>' in page
    assert "Моя заметка" in page
    assert form.versions.count() == 2
    # A second press, after that was read, is meant: the other's text stays among the versions.
    seen = late.context["seen"]
    assert admin.post(address(form), stale | {"seen": seen}).status_code == 302
    assert [one.number for one in form.versions.all()] == [3, 2, 1]
    assert form.versions.get(number=2).text == TEXT


def test_a_change_of_the_settings_alone_is_a_conflict_too(form, admin):
    stale = card_of(form, notes="Моя заметка")
    admin.post(address(form), card_of(form, pdf_to=""))
    late = admin.post(address(form), stale)
    assert late.status_code == 409
    assert "Передавать PDF в — <strong>Не передавать</strong>" in names(late)
    form.refresh_from_db()
    assert form.pdf_to == ""
    assert form.notes != "Моя заметка"


def test_an_earlier_version_is_shown_and_comes_back_as_the_next(form, admin):
    first = form.versions.get().text
    admin.post(address(form), card_of(form, TEXT))
    shown = admin.get(f"{address(form)}versions/1.pdf")
    assert shown.content.startswith(b"%PDF-")
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    assert admin.post(f"{address(form)}versions/1/restore/").status_code == 302
    assert form.versions.first().number == 3
    assert form.versions.first().text.strip() == first.strip()
    again = admin.post(f"{address(form)}versions/1/restore/", follow=True)
    assert "и\u00a0так действует" in names(again)
    assert form.versions.count() == 3


def test_an_old_text_with_faults_does_not_come_back(form, admin):
    form.versions.update(text="{давно.нет}")
    form.versions.create(number=2, text=TEXT)
    answer = admin.post(f"{address(form)}versions/1/restore/", follow=True)
    assert "не\u00a0восстановлена. Строка 1" in names(answer)
    assert form.versions.count() == 2


def test_a_text_is_shown_before_it_is_saved(form, admin):
    typed = {"text": TEXT, "object": form.object, "name": form.name}
    shown = admin.post("/clinic/print-forms/preview.pdf", typed)
    assert shown.content.startswith(b"%PDF-")
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    wrong = admin.post("/clinic/print-forms/preview.pdf", typed | {"text": "{нет.такого}"})
    assert wrong.status_code == 422
    assert "Строка 1" in names(wrong)
    faults = names(admin.post("/clinic/print-forms/faults/", typed | {"text": "\r\n\r\n# A\r\n{нет.такого}"}))
    assert 'data-line="2"' in faults
    assert "Ошибок нет" in names(admin.post("/clinic/print-forms/faults/", typed))
    assert FormVersion.objects.filter(form=form).count() == 1


def test_only_pages_of_the_workplace_may_frame_its_files(form, admin):
    page = admin.get(address(form))
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]


def test_a_copy_is_the_clinics_own(form, admin):
    assert admin.post(f"{address(form)}copy/").status_code == 302
    twin = PrintForm.objects.order_by("-pk").first()
    assert (twin.code, twin.shipped_as, twin.versions.get().number) == (form.code, "", 1)
    own = names(admin.get("/clinic/print-forms/", {"own": "1"}))
    assert twin.name in own
    admin.post(f"{address(form)}copy/")
    assert PrintForm.objects.order_by("-pk").first().name == f"{form.name} (копия 2)"


NEW = {
    "code": "ООО.1",
    "kind": "form",
    "name": "Памятка",
    "object": "patient_card",
    "copies": 1,
    "sort_index": 0,
    "pdf_type": "other",
    "text": TEXT,
    "tab": "text",
}


def test_a_new_form_has_its_text_at_once(forms, admin):
    assert "{подписант.вводная}" in names(admin.get("/clinic/print-forms/new/"))
    made = admin.post("/clinic/print-forms/new/", NEW)
    assert made.status_code == 302
    assert made["Location"].endswith("?tab=text")
    assert PrintForm.objects.get(code="ООО.1").versions.get().text == TEXT
    again = admin.post("/clinic/print-forms/new/", NEW)
    assert "уже есть" in names(again)
    faulty = admin.post("/clinic/print-forms/new/", NEW | {"code": "ООО.2", "text": "{нет}"})
    assert faulty.status_code == 422
    assert not PrintForm.objects.filter(code="ООО.2").exists()


def test_shipped_forms_that_are_missing_are_added_by_a_button(forms, admin):
    assert "Добавить" not in names(admin.get("/clinic/print-forms/"))
    FormVersion.objects.filter(form__code="KAV.0635").delete()
    forms.filter(code="KAV.0635").delete()
    assert "Добавить 1\u00a0форму из&nbsp;поставки" in names(admin.get("/clinic/print-forms/"))
    assert "1 форма добавлена" in names(admin.post("/clinic/print-forms/install/", follow=True))
    assert forms.filter(code="KAV.0635").count() == 1


@pytest.mark.parametrize(
    ("login", "see", "edit"),
    [("admin", 200, 302), ("registrar", 200, 403), ("lawyer", 200, 403), ("doctor", 403, 403)],
)
def test_who_sees_and_who_edits(form, at_desk, login, see, edit):
    desk = at_desk(login)
    assert desk.get("/clinic/print-forms/").status_code == see
    assert desk.get(address(form)).status_code == see
    assert desk.post(address(form), card_of(form, TEXT)).status_code == edit
    assert desk.post(f"{address(form)}copy/").status_code == edit
    assert desk.post(f"{address(form)}versions/1/restore/").status_code == edit
    assert desk.post("/clinic/print-forms/install/").status_code == edit
    assert desk.post("/clinic/print-forms/new/", NEW).status_code == edit
    if (see, edit) == (200, 403):
        page = names(desk.get(address(form)))
        assert "Сохранить" not in page
        assert "readonly" in page


def test_a_form_of_another_clinic_is_not_there(form, at_desk):
    stranger = Institution.objects.create(name="Другая", full_name="Другая клиника")
    sent = card_of(form, TEXT)
    User.objects.filter(username="admin").update(institution=stranger)
    desk = at_desk("admin")
    for path in ("", "versions/1.pdf"):
        assert desk.get(f"{address(form)}{path}").status_code == 404
    for path, body in (("", sent), ("copy/", {}), ("versions/1/restore/", {})):
        assert desk.post(f"{address(form)}{path}", body).status_code == 404
    assert "KAV.0661" not in names(desk.get("/clinic/print-forms/"))
