"""Only what MAX has signed for this bot, this person and this moment is believed."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sep.delivery.max.proofs import (
    ContactRefused,
    LaunchRefused,
    contact_is_own,
    validate_contact,
    validate_launch,
)
from tests.maxbot.signatures import hex_hmac, launch, vcard

TOKEN = "test-bot-token"
NOW = datetime.fromtimestamp(1771409729, UTC)

# Made from the samples of the platform's documentation, with a token of the test.
INIT_DATA = (
    "auth_date=1771409719&chat=%7B%22id%22%3A12345%2C%22type%22%3A%22DIALOG%22%7D&ip=192.168.0.1"
    "&query_id=4c0ab423-342b-4e45-aea4-2747dbc500cd&start_param=doc_7f3a"
    "&user=%7B%22id%22%3A67890%2C%22first_name%22%3A%22%D0%9C%D0%B0%D1%80%D0%B8%D1%8F%22%2C%22last_name%22%3A"
    "%22A%2BB%20%26%20C%22%2C%22username%22%3Anull%2C%22language_code%22%3A%22ru%22%2C%22photo_url%22%3Anull%7D"
    "&hash=6237f45f6c4c3a531ecacbe2e108cb8b83bd53b978884f975950db606e1b545b"
)
CARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:ez-vcard 0.10.3\r\nTEL;TYPE=cell:79991234567\r\n"
    "FN:Мария Иванова\r\nEND:VCARD\r\n"
)
CARD_HASH = "cc4dc9c13fd0d4e47baba74d896e599eeaf28141473aa039a748d78baa535519"
APP_HASH = "47c5296da0daad9dfa492f0600df4c598c10a2b4444ef13e68e3e0a7c8bceb39"


def refused(init_data, *, token=TOKEN, now=NOW):
    with pytest.raises(LaunchRefused) as caught:
        validate_launch(token, init_data, now)
    return caught.value.code


def signed(values, token=TOKEN):
    """Sign pairs as MAX does, by the test's own code."""
    secret = bytes.fromhex(hex_hmac(b"WebAppData", token))
    return hex_hmac(secret, "\n".join(f"{key}={values[key]}" for key in sorted(values)))


def written(values, signature, how=quote):
    return "&".join(f"{key}={how(value)}" for key, value in values.items()) + f"&hash={signature}"


VALUES = {"auth_date": "1771409719", "query_id": "q-1", "start_param": "s_1", "user": '{"id":67890}'}


# ── a launch ──


def test_launch_of_the_documentation_is_believed():
    told = validate_launch(TOKEN, INIT_DATA, NOW)
    assert (told.user_id, told.first_name, told.last_name) == (67890, "Мария", "A+B & C")
    assert told.auth_date == datetime.fromtimestamp(1771409719, UTC)
    assert (told.query_id, told.start_param) == ("4c0ab423-342b-4e45-aea4-2747dbc500cd", "doc_7f3a")
    assert told.hash == INIT_DATA[-64:]


def test_launch_shows_no_name_when_it_is_printed():
    assert "Мария" not in repr(validate_launch(TOKEN, INIT_DATA, NOW))


def test_order_of_the_pairs_does_not_matter():
    pairs = INIT_DATA.split("&")
    assert validate_launch(TOKEN, "&".join(reversed(pairs)), NOW) == validate_launch(TOKEN, INIT_DATA, NOW)


def test_pairs_that_are_not_known_yet_are_signed_too():
    values = VALUES | {"device": "android"}
    assert validate_launch(TOKEN, written(values, signed(values)), NOW).user_id == 67890
    assert refused(written(VALUES | {"device": "ios"}, signed(values))) == "forged"
    assert refused(written(VALUES, signed(values))) == "forged"


def test_signature_over_unsorted_pairs_is_forged():
    secret = bytes.fromhex(hex_hmac(b"WebAppData", TOKEN))
    unsorted = hex_hmac(secret, "\n".join(f"{key}={value}" for key, value in reversed(VALUES.items())))
    assert refused(written(VALUES, unsorted)) == "forged"


def test_signature_with_key_and_message_swapped_is_forged():
    secret = bytes.fromhex(hex_hmac(TOKEN.encode(), "WebAppData"))
    lines = "\n".join(f"{key}={VALUES[key]}" for key in sorted(VALUES))
    assert refused(written(VALUES, hex_hmac(secret, lines))) == "forged"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("67890", "67891"),
        ("doc_7f3a", "doc_7f3b"),
        ("1771409719", "1771409720"),
        ("192.168.0.1", "192.168.0.2"),
        ("hash=6", "hash=7"),
        ("hash=6237f4", "hash=6237F4"),
    ],
)
def test_any_change_is_forged(old, new):
    assert refused(INIT_DATA.replace(old, new)) == "forged"


def test_launch_of_another_bot_is_forged():
    assert refused(INIT_DATA, token="test-bot-token-2") == "forged"


def test_values_encoded_twice_are_forged():
    values = {key: quote(value) for key, value in VALUES.items()}
    assert refused(written(values, signed(VALUES))) == "forged"


@pytest.mark.parametrize("how", [quote, quote_plus], ids=["%20", "plus"])
def test_both_ways_to_write_a_space_are_read(how):
    values = VALUES | {"user": '{"id": 67890, "first_name": "A+B C"}'}
    assert validate_launch(TOKEN, written(values, signed(values), how), NOW).first_name == "A+B C"


@pytest.mark.parametrize("key", ["user", "hash", "auth_date"])
def test_key_that_comes_twice_is_refused(key):
    again = next(pair for pair in INIT_DATA.split("&") if pair.startswith(f"{key}="))
    assert refused(f"{INIT_DATA}&{again}") == "duplicate_key"


@pytest.mark.parametrize(
    "init_data", ["", "&", "user", "=1", "hash", INIT_DATA + "&", INIT_DATA.rpartition("&")[0]]
)
def test_what_is_no_list_of_pairs_is_malformed(init_data):
    assert refused(init_data) == "malformed"


@pytest.mark.parametrize("half", ["\ud800", "%ED%A0%80", "%FF", "\0"])
def test_bytes_that_are_no_text_are_forged_and_break_nothing(half):
    assert refused(INIT_DATA.replace("doc_7f3a", half)) == "forged"
    assert refused(f"user=1&hash={half}") == "forged"


@pytest.mark.parametrize(
    "trick",
    [
        # Two signed lines told as one pair: the parameter, or the query's number, would vanish.
        "auth_date=1771409719&query_id=q-1%0Astart_param=s_1&user=%7B%22id%22:67890%7D",
        "auth_date=1771409719&query_id=q-1\nstart_param=s_1&user=%7B%22id%22:67890%7D",
        "auth_date=1771409719\nquery_id=q-1&start_param=s_1&user=%7B%22id%22:67890%7D",
    ],
)
def test_signed_lines_cannot_be_told_as_other_pairs(trick):
    assert refused(f"{trick}&hash={signed(VALUES)}") == "malformed"


@pytest.mark.parametrize(
    ("seconds", "code"), [(300, None), (301, "stale"), (-60, None), (-61, "future")], ids=str
)
def test_launch_lives_for_five_minutes(seconds, code):
    at = datetime.fromtimestamp(1771409719, UTC) + timedelta(seconds=seconds)
    if code is None:
        assert validate_launch(TOKEN, INIT_DATA, at).user_id == 67890
    else:
        assert refused(INIT_DATA, now=at) == code


@pytest.mark.parametrize(
    "changes",
    [
        {"auth_date": "soon"},
        {"auth_date": "9" * 30},
        {"user": "{"},
        {"user": "[]"},
        {"user": "null"},
        {"user": "{}"},
        {"user": '{"id": "67890"}'},
        {"user": '{"id": true}'},
        {"user": '{"id": 0}'},
        {"user": '{"id": 9223372036854775808}'},
        {"user": "[" * 100_000},
    ],
    ids=lambda changes: next(iter(changes.values()))[:20],
)
def test_signed_nonsense_is_malformed(changes):
    values = VALUES | changes
    assert refused(written(values, signed(values))) == "malformed"


@pytest.mark.parametrize("missing", ["auth_date", "user"])
def test_launch_without_a_moment_or_a_person_is_malformed(missing):
    values = {key: value for key, value in VALUES.items() if key != missing}
    assert refused(written(values, signed(values))) == "malformed"


one_line = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"))


@given(
    token=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1),
    user_id=st.integers(1, 2**63 - 1),
    name=one_line,
    parameter=one_line,
    how=st.sampled_from([quote, quote_plus]),
)
def test_whatever_max_has_signed_is_read_back(token, user_id, name, parameter, how):
    user = json.dumps({"id": user_id, "first_name": name}, ensure_ascii=False)
    values = VALUES | {"user": user, "start_param": parameter}
    told = validate_launch(token, written(values, signed(values, token), how), NOW)
    assert (told.user_id, told.first_name, told.start_param) == (user_id, name, parameter)


@given(st.text())
def test_no_text_at_all_breaks_the_check(text):
    assert refused(text) in {"malformed", "duplicate_key", "forged"}


def test_signatures_of_the_tests_of_the_bot_agree_with_the_documentation():
    at = datetime.fromtimestamp(1771409719, UTC)
    assert validate_launch(TOKEN, launch(TOKEN, 5, at, "p"), NOW).user_id == 5
    assert vcard("+79991234567") == CARD


# ── a contact in the chat ──


def test_own_contact_gives_its_phone():
    assert contact_is_own(TOKEN, CARD, CARD_HASH, 67890, 67890) == "+79991234567"


def test_line_ends_left_as_escapes_are_read():
    assert contact_is_own(TOKEN, CARD.replace("\r\n", "\\r\\n"), CARD_HASH, 1, 1) == "+79991234567"


def test_name_with_escapes_in_it_is_signed_as_it_stands():
    card = vcard("+79991234567", name="Мария\\r\\nTEL:79160000000")
    assert contact_is_own(TOKEN, card, hex_hmac(TOKEN.encode(), card), 1, 1) == "+79991234567"


@pytest.mark.parametrize(
    ("card", "signature", "owner"),
    [
        (CARD, CARD_HASH, 2),
        (CARD, CARD_HASH, None),
        (CARD, "0" * 64, 1),
        (CARD, CARD_HASH.upper(), 1),
        (CARD, "", 1),
        (CARD, "ё\ud800", 1),
        (CARD.replace("79991234567", "79991234568"), CARD_HASH, 1),
        (CARD + " ", CARD_HASH, 1),
        (CARD, hex_hmac(b"another-token", CARD), 1),
    ],
    ids=["stranger's", "nobody's", "zeros", "upper", "none", "not hex", "phone", "space", "other bot's"],
)
def test_forged_or_forwarded_contact_proves_nothing(card, signature, owner):
    assert contact_is_own(TOKEN, card, signature, owner, 1) is None


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "TEL:79991234567\r\nTEL:79991234568\r\n",
        "TEL:79991234567\r\nitem1.TEL;TYPE=work:79991234568\r\n",
        "TEL:79991234567\r\ntel;type=cell:79991234567\r\n",
        "TEL:\r\n",
        "TEL:12\r\n",
    ],
)
def test_card_without_exactly_one_phone_proves_nothing(lines):
    card = f"BEGIN:VCARD\r\nVERSION:3.0\r\n{lines}FN:М\r\nEND:VCARD\r\n"
    assert contact_is_own(TOKEN, card, hex_hmac(TOKEN.encode(), card), 1, 1) is None


@pytest.mark.parametrize(
    ("told", "phone"),
    [
        ("79991234567", "+79991234567"),
        ("89991234567", "+79991234567"),
        ("+7 (999) 123-45-67", "+79991234567"),
        ("375291234567", "+375291234567"),
        ("84951234567", "+84951234567"),
        ("821012345678", "+821012345678"),
    ],
    ids=["plain", "with an eight", "written out", "Belarus", "Vietnam, not Moscow", "Korea"],
)
def test_phone_is_read_as_max_writes_it(told, phone):
    card = f"BEGIN:VCARD\r\nTEL;TYPE=cell:{told}\r\nEND:VCARD\r\n"
    assert contact_is_own(TOKEN, card, hex_hmac(TOKEN.encode(), card), 1, 1) == phone


# ── a phone in the mini-app ──

ASKED = {"phone": "+79991234567", "auth_date": "1771409719", "signature": APP_HASH}


def test_phone_of_the_mini_app_is_believed():
    assert validate_contact(TOKEN, 67890, **ASKED, now=NOW) == "+79991234567"
    assert validate_contact(TOKEN, 67890, **(ASKED | {"phone": "79991234567"}), now=NOW) == "+79991234567"


def app_signature(phone, auth_date, user_id=67890, token=TOKEN):
    return hex_hmac(token.encode(), f"authDate={auth_date}\nphone={phone}\nuserId={user_id}")


def test_moment_in_milliseconds_is_read():
    told = {"auth_date": "1771409719123", "signature": app_signature("79991234567", "1771409719123")}
    assert validate_contact(TOKEN, 67890, **(ASKED | told), now=NOW) == "+79991234567"
    with pytest.raises(ContactRefused) as caught:
        validate_contact(TOKEN, 67890, **(ASKED | told), now=NOW + timedelta(minutes=6))
    assert caught.value.code == "stale"


@pytest.mark.parametrize(
    ("user_id", "changes", "code"),
    [
        (67891, {}, "forged"),
        (67890, {"phone": "+79991234568"}, "forged"),
        (67890, {"auth_date": "1771409720"}, "forged"),
        (67890, {"signature": ""}, "forged"),
        (67890, {"signature": "\ud800"}, "forged"),
        (67890, {"phone": "\ud800"}, "forged"),
        (67890, {"signature": app_signature("79991234567", "1771409719", token="other")}, "forged"),
        (67890, {"auth_date": "now", "signature": app_signature("79991234567", "now")}, "malformed"),
        (67890, {"auth_date": "9" * 40, "signature": app_signature("79991234567", "9" * 40)}, "malformed"),
        (67890, {"phone": "12", "signature": app_signature("12", "1771409719")}, "malformed"),
    ],
)
def test_phone_that_is_not_signed_for_this_person_is_refused(user_id, changes, code):
    with pytest.raises(ContactRefused) as caught:
        validate_contact(TOKEN, user_id, **(ASKED | changes), now=NOW)
    assert caught.value.code == code


@pytest.mark.parametrize(("minutes", "code"), [(6, "stale"), (-2, "future")])
def test_phone_of_another_time_is_refused(minutes, code):
    with pytest.raises(ContactRefused) as caught:
        validate_contact(TOKEN, 67890, **ASKED, now=NOW + timedelta(minutes=minutes))
    assert caught.value.code == code


def test_signature_of_the_mini_app_is_no_card():
    text = "authDate=1771409719\nphone=79991234567\nuserId=67890"
    assert contact_is_own(TOKEN, text, APP_HASH, 67890, 67890) is None
