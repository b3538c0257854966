"""`docs/integration.md` keeps up with the service: nothing a МИС may meet is missing from it."""

import re
from pathlib import Path

import pytest

from sep.documents.pdf.errors import REASONS
from sep.documents.statuses import Status
from sep.parties.document_types import DOCUMENT_TYPES
from sep.parties.who_signs import RELATIONS

PAGE = (Path(__file__).parents[2] / "docs/integration.md").read_text("utf-8")
CODES = frozenset(re.findall(r"`([^`\s]+)`", PAGE))


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_to_refuse_a_file_is_told(reason: str):
    assert reason in CODES


def test_nothing_is_told_of_files_that_the_service_does_not_say():
    assert {code for code in CODES if re.fullmatch(r"pdf_\w+", code)} <= set(REASONS)


@pytest.mark.parametrize("status", Status)
def test_every_status_is_told_with_its_exact_display(status: Status):
    assert f"| `{status.value}` | {status.label} |" in PAGE


def test_every_kind_of_document_and_of_representative_is_told():
    assert set(DOCUMENT_TYPES) | set(RELATIONS) <= CODES
