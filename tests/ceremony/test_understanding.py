"""The clinic's questions about a risky document: answered before the code, kept as evidence."""

import pytest
from django.utils import timezone

from sep.ceremony import understanding
from sep.documents.explanation import ComprehensionQuestion, Explanation
from sep.ledger import log
from sep.vault import blobs
from sep.verify.checking import check
from tests import builders
from tests.ceremony import walk

pytestmark = pytest.mark.django_db(transaction=True)

EXPLAINED = Explanation(
    "Врач осмотрит вас через камеру.",
    (
        ComprehensionQuestion("Заменяет ли консультация осмотр?", ("Да", "Нет"), 1),
        ComprehensionQuestion("Можно ли отказаться?", ("Да, в любой момент", "Нет"), 0),
    ),
)


def explained():
    package = builders.package(builders.new_document(explanation=EXPLAINED))
    return package.documents.get(), walk.opened_visit(package)


def test_explanation_comes_back_as_it_was_given():
    document, _ = explained()
    assert document.explanation == EXPLAINED
    assert "камеру".encode() not in bytes(document.explanation_sealed)


def test_answers_are_witnessed_once_and_reach_the_protocol():
    document, visit = explained()
    assert understanding.must_answer(document, visit)
    assert understanding.answer(document.id, visit, [1, 1], now=timezone.now()) == [True, False]
    assert not understanding.must_answer(document, visit)
    understanding.answer(document.id, visit, [1, 0], now=timezone.now())
    told = [event for event in log.history(document.id) if event["kind"] == "document:understood"]
    assert [(event["data"]["answers"], event["data"]["right"]) for event in told] == [([1, 1], 1)]
    walk.sign(document, visit)
    document.refresh_from_db()
    verdict = check(blobs.get(document.organization, document.sealed_sha256))
    kinds = [event["kind"] for event in verdict.evidence["events"]]
    assert "document:understood" in kinds


@pytest.mark.parametrize("chosen", [[], [0], [0, 0, 0], [0, 2], [-1, 0]])
def test_something_else_than_an_answer_is_refused(chosen):
    document, visit = explained()
    with pytest.raises(ValueError, match="answer"):
        understanding.answer(document.id, visit, chosen, now=timezone.now())


def test_document_without_questions_asks_nothing():
    package = builders.package()
    assert not understanding.must_answer(package.documents.get(), walk.opened_visit(package))
