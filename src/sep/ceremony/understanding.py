"""Questions that show whether a risky document was understood; the answers are evidence, not an exam.

A wrong answer is told and stops nobody: the person decides, the doctor sees (323-ФЗ ст. 20 ч. 1).
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from sep.ceremony import reading, turn
from sep.ceremony.codes import NotSignable
from sep.ceremony.models import Visit
from sep.documents import lifecycle
from sep.documents.models import Document

_KIND = "document:understood"


def must_answer(document: Document, visit: Visit) -> bool:
    """Tell whether the clinic's questions still wait for an answer in this visit."""
    return bool(document.explanation.questions) and not reading.witnessed(document, _KIND, visit)


def answer(document_id: str, visit: Visit, chosen: Sequence[int], *, now: datetime) -> Sequence[bool]:
    """Write down the chosen answers, once a visit; return which of them are right.

    Raises `NotSignable`, and `ValueError` for something that is no answer.
    """
    with transaction.atomic():
        document = lifecycle.locked(document_id)
        questions = document.explanation.questions
        if not turn.awaits(document, visit.package, now):
            raise NotSignable
        if len(chosen) != len(questions):
            raise ValueError("an answer to every question")
        pairs = list(zip(questions, chosen, strict=True))
        if any(not 0 <= index < len(question.answers) for question, index in pairs):
            raise ValueError("no such answer")
        right = [question.right == index for question, index in pairs]
        if not reading.witnessed(document, _KIND, visit):
            lifecycle.note(
                document,
                _KIND,
                at=now,
                data={"visit": visit.id, "answers": list(chosen), "right": sum(right)},
            )
    return right
