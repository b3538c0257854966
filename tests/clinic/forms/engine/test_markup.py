import pytest

from clinic.forms.markup import (
    LONGEST,
    Condition,
    Heading,
    Listing,
    Marks,
    MarkupError,
    Paragraph,
    Run,
    Slot,
    Special,
    parse,
)


def text_of(content):
    return "".join(part.text if isinstance(part, Run) else f"<{part.name}>" for part in content)


def test_lawyers_text_is_read_block_by_block():
    blocks = parse(
        "# Согласие\n\nЯ, **{Пациент.ФИО}**, согласен\nна осмотр.\n\n## Права\n- раз\n- два\n\n[подпись]"
    )
    assert [type(block) for block in blocks] == [Heading, Paragraph, Heading, Listing, Special]
    assert text_of(blocks[1].content) == "Я, <пациент.фио>, согласен на осмотр."
    assert blocks[1].content[1] == Slot("пациент.фио", 3, bold=True)
    assert [text_of(item.content) for item in blocks[3].items] == ["раз", "два"]


def test_numbers_are_kept_as_the_lawyer_wrote_them():
    (listing,) = parse("1. Предмет\n1.1. Услуги\n1.2 Цена\n10) Прочее")
    assert [item.label for item in listing.items] == ["1.", "1.1.", "1.2", "10)"]


def test_boxes_may_be_ticked_in_either_alphabet():
    (listing,) = parse("[ ] нет\n[x] да\n[Х] и это да")
    assert listing.marks == Marks.BOX
    assert [item.label for item in listing.items] == ["", "x", "x"]


def test_item_goes_on_in_the_next_line():
    (listing,) = parse("- начало\n  продолжение\n- второй")
    assert [text_of(item.content) for item in listing.items] == ["начало продолжение", "второй"]


def test_date_at_the_beginning_of_a_line_is_no_list():
    (paragraph,) = parse("Договор от\n25.06.2026 действует")
    assert text_of(paragraph.content) == "Договор от 25.06.2026 действует"


def test_condition_has_two_branches():
    (condition,) = parse("[если представитель]\nза ребёнка\n[иначе]\nза себя\n[конец]")
    assert isinstance(condition, Condition)
    assert text_of(condition.then[0].content) == "за ребёнка"
    assert text_of(condition.otherwise[0].content) == "за себя"


@pytest.mark.parametrize(
    "line", ['#import "a"', "\\", "$x^2$", "]", "#(1 + 1)", "`код`", "// нет", "@a <b>", "= нет"]
)
def test_what_looks_like_code_is_a_paragraph(line):
    (paragraph,) = parse(line)
    assert text_of(paragraph.content) == line


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("а\n\n[пдпись]", 3, "«[подпись]»"),
        ("[картинка]", 1, "Неизвестный блок"),
        ("а {пациент.фио", 1, "парой"),
        ("а }", 1, "парой"),
        ("{}", 1, "нет названия"),
        ("# a\n\n**жирный", 3, "не закрыт"),
        ("а\n[если представитель]\nб", 2, "не закрыто"),
        ("[если представитель]\n[если представитель]\n[конец]\n[конец]", 2, "внутри условия"),
        ("[если представитель]\n[иначе]\n[иначе]\n[конец]", 3, "Второе"),
        ("[конец]", 1, "без «[если представитель]»"),
        ("### Три", 1, "двух уровней"),
        ("а" * (LONGEST + 1), 1, "длиннее"),
    ],
)
def test_mistake_is_told_with_its_line(text, line, says):
    with pytest.raises(MarkupError) as told:
        parse(text)
    assert told.value.line == line
    assert says in str(told.value)
