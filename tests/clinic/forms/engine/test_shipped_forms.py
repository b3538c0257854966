from dataclasses import replace
from datetime import date

import pytest

from clinic.forms.models import PrintForm
from clinic.forms.placeholders import check
from clinic.forms.printing import print_form, render
from clinic.forms.shipped_forms import install, shipped_forms
from clinic.forms.subjects import sample_subject, subject_of
from clinic.institution.models import Institution
from clinic.staff.models import User
from sep.vault import blobs

from .reading import metadata, outside_the_margins, overlapping, page_count, words
from .test_subjects import talon_of

TALON = "appointment"
ORDER = "paid_order"
CARD = "patient_card"
CASE = "medical_case"
OF_THE_FIELD = {
    ("MAA.0260", "ИДС Прививки детям (согласие и отказ)(все)", TALON),
    ("PMG.0043", "ИДС на АНЕСТЕЗИОЛОГИЧЕСКОЕ ОБЕСПЕЧЕНИЕ", TALON),
    ("ИКА.0208", "ИДС на ТМК (электронный документ)", "electronic_document"),
    ("MAT.0485", "ИДС на внебольничное лечение COVID-19", CASE),
    ("KAV.0635", "ИДС на мед вмешательство", ORDER),
    ("KAV.0089", "ИДС на мед вмешательство (приказ №1051н)", CARD),
    ("KAV.0049", "ИДС на мед вмешательство (приказ №1051н)", TALON),
    ("KAV.0004", "ИДС на мед вмешательство (приказ №1051н)(из случая)", CASE),
    ("MAA.0310", "ИДС на мед вмешательство ультразвуковое исследование м", TALON),
    ("MAA.0311", "ИДС на мед вмешательство ультразвуковое исследование(при беременности) м", TALON),
    ("MAA.0311", "ИДС на мед вмешательство ультразвуковое исследование(при беременности)(медискан)", TALON),
    ("PR/O.0580", "ИДС на мед вмешательство (Приказ №1051н)", ORDER),
    ("KAV.0661", "Договор на оказание платных мед услуг", ORDER),
}
OURS = {
    ("ИКА.0208", "ИДС на проведение телемедицинской консультации", TALON),
    ("СЭП.0001", "Согласие на обработку персональных данных", CARD),
    ("СЭП.0002", "Отказ от медицинского вмешательства", TALON),
    ("СЭП.0003", "Соглашение об использовании простой электронной подписи", CARD),
    ("СЭП.0004", "Акт оказанных услуг", ORDER),
}
# What the law wants said in each; read together with the eyes of a lawyer once, and kept from then on.
MUST_SAY = {
    "ids-1051n": (
        "№ 390н",
        "отказаться от одного или нескольких видов",
        "14. Лечебная физкультура",
        "части 5 статьи 19",
    ),
    "ids-telemedicine": (
        "статье 36.2",
        "Риск",
        "очный приём",
        "отозвать это согласие",
        "Последствия отказа",
    ),
    "ids-order": (
        "последствия отказа",
        "другие варианты",
        "статья 22",
        "программе государственных гарантий",
    ),
    "ids-vaccination": (
        "№ 157-ФЗ",
        "Осложнения",
        "последствия отказа",
        "не менее 30 минут",
    ),
    "ids-anaesthesia": (
        "общая анестезия",
        "Риск и возможные осложнения",
        "Другие варианты",
    ),
    "ids-ultrasound": (
        "Цель",
        "Риск",
        "Другие варианты",
        "Последствия отказа",
        "статья 20",
    ),
    "ids-covid": (
        "на дому",
        "Последствия отказа",
        "части 9 статьи 20",
    ),
    "refusal": (
        "отказываюсь от медицинского вмешательства",
        "о возможных последствиях отказа",
        "изменить решение",
    ),
    "personal-data": (
        "Оператор:",
        "Цели обработки:",
        "Перечень данных:",
        "Действия с данными:",
        "Срок.",
        "Отзыв.",
    ),
    "simple-signature-agreement": (
        "№ 63-ФЗ «Об электронной подписи»",
        "хранить код подписания в тайне",
        "Код из сообщения там не назван",
    ),
    "paid-services-contract": (
        "№ 736",
        "Итого 1 910,00 ₽",
        "Л041-01197-26/00300000",
        "бесплатно по программе",
        "Несоблюдение указаний",
        "расторгается",
        "одна тысяча девятьсот десять рублей",
    ),
    "services-act": (
        "оказаны полностью",
        "одна тысяча девятьсот десять рублей 00 копеек",
    ),
}


@pytest.fixture
def newcomer(db):
    """A clinic that has no forms yet."""
    return Institution.objects.create(name="Новая", full_name="Новая")


def required(key):
    return next(phrases for start, phrases in MUST_SAY.items() if key.startswith(start))


def adult(subject):
    subject.patient.birth_date = date(1954, 3, 14)
    subject.patient.document_kind = "Паспорт гражданина РФ"
    return replace(subject, representative=None)


def without_patronymic(subject):
    subject.patient.patronymic = subject.representative.patronymic = ""
    return subject


PEOPLE = {
    "a child with his mother": lambda subject: subject,
    "an adult": adult,
    "nobody's patronymic": without_patronymic,
}


def test_all_forms_of_the_field_are_shipped():
    assert {(form.code, form.name, str(form.object)) for form in shipped_forms()} == OF_THE_FIELD | OURS
    assert len({form.key for form in shipped_forms()}) == len(shipped_forms())


@pytest.mark.parametrize("form", shipped_forms(), ids=lambda form: form.key)
def test_shipped_text_has_no_faults(form):
    assert check(form.text, form.object) == []


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("form", shipped_forms(), ids=lambda form: form.key)
def test_shipped_form_renders_for(letterhead, form, who):
    subject = PEOPLE[who](sample_subject(letterhead, form.object))
    pdf = render(form.text, subject, title=form.name)
    shown = words(pdf)
    assert 1 <= page_count(pdf) <= 3
    assert outside_the_margins(pdf) == []
    assert overlapping(pdf) == []
    assert metadata(pdf)["pdfua"] == "1"
    assert subject.patient.full_name in shown
    assert subject.signer.full_name in shown
    assert "нет сведений" not in shown
    assert [phrase for phrase in required(form.key) if phrase not in shown] == []
    assert ("аконный представитель пациента (мать)" in shown) == (subject.representative is not None)


def test_types_follow_what_the_documents_are(newcomer):
    install(newcomer)
    kinds = dict(PrintForm.objects.filter(institution=newcomer).values_list("shipped_as", "pdf_type"))
    assert kinds["paid-services-contract"] == "contract"
    assert kinds["services-act"] == "accounting"
    assert kinds["personal-data"] == "personal_data_consent"
    assert kinds["refusal"] == "refusal"
    assert {kind for key, kind in kinds.items() if key.startswith("ids-")} == {"consent"}
    # The agreement comes before the first signature by code, so it is signed on paper.
    assert list(
        PrintForm.objects.filter(institution=newcomer)
        .exclude(pdf_to="sep")
        .values_list("shipped_as", flat=True)
    ) == ["simple-signature-agreement"]


def test_installing_twice_changes_nothing(newcomer):
    assert install(newcomer) == len(shipped_forms())
    assert install(newcomer) == 0
    assert all(form.versions.get().number == 1 for form in PrintForm.objects.filter(institution=newcomer))


def test_what_the_clinic_renamed_does_not_come_again(newcomer):
    install(newcomer)
    PrintForm.objects.filter(institution=newcomer, shipped_as="refusal").update(name="Отказ", code="Н.1")
    assert install(newcomer) == 0


def test_form_of_the_clinics_own_is_left_alone(newcomer):
    PrintForm.objects.create(institution=newcomer, code="СЭП.0004", name="Акт оказанных услуг", object=ORDER)
    assert install(newcomer) == len(shipped_forms()) - 1
    assert PrintForm.objects.get(institution=newcomer, code="СЭП.0004").shipped_as == ""


def test_every_clinic_gets_its_own(newcomer):
    other = Institution.objects.create(name="Другая", full_name="Другая")
    install(newcomer)
    assert install(other) == len(shipped_forms())


def test_telemedicine_consent_of_the_sample_boy(clinic, boy):
    install(clinic)
    form = PrintForm.objects.get(institution=clinic, name="ИДС на проведение телемедицинской консультации")
    subject = subject_of(clinic, form.object, talon_of(boy, doctor_position="Врач-педиатр").pk, form.pdf_type)
    printed = print_form(form, subject, User.objects.get(username="registrar"))
    shown = words(blobs.get(clinic, printed.sha256))
    assert shown.count("Тестовая Мария Петровна") >= 2
    assert "пациента: Тестовый Тест Тестович, 31.08.2013 года рождения" in shown
    assert "талон № 107200" in shown
