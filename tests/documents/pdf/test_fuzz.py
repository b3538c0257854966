"""Whatever comes, the answer is a fact or a refusal."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sep.documents import pdf
from sep.documents.pdf import REPAIRS, PdfRefused
from tests.documents.pdf import hostile
from tests.sealing import originals

SEEDS = (
    hostile.consent(),
    hostile.one_page(),
    hostile.encrypted(),
    hostile.hybrid(),
    originals.object_streams(),
    originals.with_form(),
)
TOKENS = (
    b"<<",
    b">>",
    b"[",
    b"]",
    b"obj",
    b"endobj",
    b"stream",
    b"/Kids",
    b"/Count",
    b"R",
    b"99999999999",
    b"-1",
    b"xref",
)

positions = st.floats(min_value=0, max_value=1, exclude_max=True)
changes = st.one_of(
    st.tuples(st.just("replace"), positions, st.binary(min_size=1, max_size=4)),
    st.tuples(st.just("replace"), positions, st.sampled_from(TOKENS)),
    st.tuples(st.just("insert"), positions, st.sampled_from(TOKENS)),
    st.tuples(st.just("cut"), positions, st.integers(1, 200)),
    st.tuples(st.just("repeat"), positions, st.integers(1, 200)),
)


@st.composite
def mutants(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for kind, position, what in draw(st.lists(changes, min_size=1, max_size=6)):
        start = int(position * len(data))
        match kind:
            case "replace":
                data[start : start + len(what)] = what
            case "insert":
                data[start:start] = what
            case "cut":
                del data[start : start + what]
            case "repeat":
                data[start:start] = data[start : start + what]
    return bytes(data)


def outcome_of(read, data: bytes):
    """What was found, or the refusal."""
    try:
        return read(data)
    except PdfRefused as refused:
        return refused


@given(mutants())
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_spoilt_file_is_understood_or_refused(data):
    found = outcome_of(pdf.inspect, data)
    if isinstance(found, PdfRefused):
        assert not found.temporary
        return
    assert 0 < found.page_count <= 200
    assert REPAIRS.issuperset(found.repairs)
    assert bool(found.normalized) == bool(found.repairs)


@given(mutants())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_spoilt_file_is_drawn_or_refused(data):
    pages = outcome_of(pdf.render, data)
    if isinstance(pages, PdfRefused):
        assert not pages.temporary
        return
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))


@given(st.binary(max_size=2000))
@settings(max_examples=50, deadline=None)
def test_noise_is_refused(noise):
    for data in (noise, b"%PDF-1.7\n" + noise):
        with pytest.raises(PdfRefused):
            pdf.inspect(data)
