"""Parts and alphabets, by hand-counted texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sep.delivery.sms.segments import Encoding, Segments, measure


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments(Encoding.GSM7, 0, 1)),
        ("a" * 160, Segments(Encoding.GSM7, 160, 1)),
        ("a" * 161, Segments(Encoding.GSM7, 161, 2)),
        ("a" * 306, Segments(Encoding.GSM7, 306, 2)),
        ("a" * 307, Segments(Encoding.GSM7, 307, 3)),
        ("€" * 80, Segments(Encoding.GSM7, 160, 1)),
        ("a" * 152 + "€" + "a" * 152, Segments(Encoding.GSM7, 306, 3)),
        ("я" * 70, Segments(Encoding.UCS2, 70, 1)),
        ("я" * 71, Segments(Encoding.UCS2, 71, 2)),
        ("я" * 134, Segments(Encoding.UCS2, 134, 2)),
        ("я" * 135, Segments(Encoding.UCS2, 135, 3)),
        ("я" * 66 + "😀" + "я" * 66, Segments(Encoding.UCS2, 134, 3)),
        ("«№—»", Segments(Encoding.UCS2, 4, 1)),
        ("`", Segments(Encoding.UCS2, 1, 1)),
        ("Код 482913 для подписания ИДС №А17. Никому не сообщайте", Segments(Encoding.UCS2, 55, 1)),
        ("Подпишите документ клиники: sgn.ru/" + "a" * 22, Segments(Encoding.UCS2, 57, 1)),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_parts_are_counted_as_operators_bill_them(text, expected):
    assert measure(text) == expected


@given(st.text(max_size=500))
def test_parts_are_never_fewer_than_the_units_need(text):
    found = measure(text)
    single, joined = (160, 153) if found.encoding is Encoding.GSM7 else (70, 67)

    assert (found.parts == 1) == (found.units <= single)
    if found.parts > 1:
        assert found.units <= found.parts * joined
        assert found.units > (found.parts - 1) * (joined - 1)
