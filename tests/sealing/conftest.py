from datetime import UTC, datetime, timedelta, timezone

import pytest

from sep.sealing import ProtocolSheet, SealKey, Section, make_development_key, seal
from tests.sealing import originals

MOSCOW = timezone(timedelta(hours=3))
SIGNED_AT = datetime(2026, 6, 25, 10, 31, 7, tzinfo=MOSCOW)
KEY_MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)
EVIDENCE = {"document": "01J8ZK3M9Q4T7W2X5Y8Z1A4B6C", "signer": "Тестовая М. П.", "events": [1, 2]}

SHEET = ProtocolSheet(
    title="Лист подписания",
    lead="Документ подписан простой электронной подписью.",
    sections=(
        Section("Документ", (("Название", "Согласие на консультацию"), ("Номер", "№\u00a042"))),
        Section("Подписант", (("Кто подписал", "Тестовая Мария Петровна"),)),
    ),
    notices=("Код из СМС — простая электронная подпись.",),
    verify_url="https://sep.example.ru/verify?d=01J8ZK3M9Q4T7W2X5Y8Z1A4B6C",
)


@pytest.fixture(scope="session")
def pkcs12() -> bytes:
    return make_development_key("ООО «Клиника доброй медицины»", not_before=KEY_MADE_AT)


@pytest.fixture(scope="session")
def key(pkcs12) -> SealKey:
    return SealKey.from_pkcs12(pkcs12, None)


@pytest.fixture(scope="session")
def stranger_pkcs12() -> bytes:
    return make_development_key("ООО «Клиника доброй медицины»", not_before=KEY_MADE_AT)


@pytest.fixture(scope="session")
def sealed(key):
    return seal(originals.plain(), sheet=SHEET, evidence=EVIDENCE, key=key, signed_at=SIGNED_AT)
