from dataclasses import replace
from datetime import date

import pytest

from clinic.forms.models import PrintObject
from clinic.forms.placeholders import ABSENT, PLACEHOLDERS, check, value_of
from clinic.forms.subjects import sample_subject


def messages(text, kind="appointment"):
    return [(fault.line, fault.message) for fault in check(text, kind)]


def test_good_text_has_no_faults():
    assert messages("# Согласие\n{подписант.вводная}, согласен. {талон.номер}\n[подпись]") == []


def test_unknown_placeholder_is_refused_with_a_hint():
    ((line, message),) = messages("а\n\n{пацент.фио}")
    assert line == 3
    assert "Неизвестное поле «{пацент.фио}»" in message
    assert "«{пациент.фио}»" in message


def test_placeholder_of_another_object_is_refused():
    ((_, message),) = messages("{заказ.сумма}")
    assert "нет у объекта «Документ «Талон на приём к врачу»»" in message
    assert messages("{заказ.сумма}", "paid_order") == []


def test_services_belong_to_an_order():
    ((line, message),) = messages("а\n[услуги]", "patient_card")
    assert line == 2
    assert "Услуги есть только у заказа" in message
    assert messages("[услуги]", "paid_order") == []


def test_representative_is_named_only_where_there_is_one():
    ((_, message),) = messages("{представитель.фио}")
    assert "[если представитель]" in message
    assert messages("[если представитель]\n{представитель.фио}\n[конец]") == []
    assert len(messages("[если представитель]\nа\n[иначе]\n{представитель.фио}\n[конец]")) == 1


def test_all_faults_are_told_at_once_in_order():
    assert [line for line, _ in messages("{а}\n\n[услуги]\n\n{б}")] == [1, 3, 5]


def test_mistake_of_the_language_is_a_fault_too():
    assert [line for line, _ in messages("а\n\n{")] == [3]


@pytest.mark.parametrize("kind", list(PrintObject))
def test_every_placeholder_has_a_value_for_its_objects(letterhead, kind):
    subject = sample_subject(letterhead, kind)
    for name, placeholder in PLACEHOLDERS.items():
        assert placeholder.title
        assert placeholder.example
        if kind in placeholder.objects:
            assert value_of(name, subject)


def test_child_is_introduced_by_his_mother(talon):
    introduction = value_of("подписант.вводная", talon)
    assert introduction.startswith(
        "Я, Образцова Мария Петровна, 12.04.1985 года рождения, паспорт 07 09 123456"
    )
    assert "законный представитель (мать; свидетельство о рождении I-ДН № 654321)" in introduction
    assert "пациента: Образцов Артём Ильич, 31.08.2013 года рождения" in introduction


def test_adult_is_introduced_by_himself(talon):
    introduction = value_of("подписант.вводная", replace(talon, representative=None))
    assert introduction.startswith(
        "Я, Образцов Артём Ильич, 31.08.2013 года рождения, свидетельство о рождении"
    )
    assert "представитель" not in introduction


def test_what_the_card_does_not_know_is_said_and_not_left_blank(talon):
    talon.patient.snils = talon.patient.phone = ""
    assert value_of("пациент.снилс", talon) == ABSENT
    assert value_of("пациент.телефон", talon) == ABSENT


def test_values_are_written_as_people_write_them(order):
    assert value_of("пациент.возраст", order) == "12\u00a0лет"
    assert value_of("пациент.снилс", order) == "112-233-445 95"
    assert value_of("заказ.сумма", order) == "1\u00a0910,00\u00a0₽"
    assert value_of("заказ.сумма_прописью", order) == "одна тысяча девятьсот десять рублей 00\u00a0копеек"
    assert value_of("дата", order) == "25\u00a0июня 2026\u00a0г."


def test_certificate_is_neuter_and_passport_is_not(talon):
    patient = talon.patient
    patient.document_issued_on, patient.document_issued_by = date(2013, 9, 10), "ЗАГС"
    assert value_of("пациент.документ", talon).endswith("654321, выдано 10.09.2013 ЗАГС")
    patient.document_kind = "Паспорт гражданина РФ"
    assert value_of("пациент.документ", talon).endswith("654321, выдан 10.09.2013 ЗАГС")


def test_talon_tells_the_time_of_its_clinic(talon):
    talon.institution.time_zone = "Asia/Vladivostok"
    assert value_of("талон.время", talon) == "17:30"
