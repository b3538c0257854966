"""«Задать вопрос клинике»: what a signer asks about a document before he decides."""

from datetime import datetime

from django.db import transaction

from sep.ceremony.models import Question, Visit
from sep.documents import lifecycle

LONGEST = 1000
MOST_A_DOCUMENT = 10


class TooManyQuestions(Exception):
    """Enough was asked about this document: the rest is for the phone."""


def ask(document_id: str, visit: Visit, text: str, *, now: datetime) -> None:
    """Keep a question for the clinic; raises `TooManyQuestions`."""
    with transaction.atomic():
        document = lifecycle.locked(document_id)
        if document.questions.count() >= MOST_A_DOCUMENT:
            raise TooManyQuestions
        question = Question(document=document, visit=visit, asked_at=now)
        question.write(" ".join(text.split())[:LONGEST])
        question.save(force_insert=True)
        lifecycle.note(document, "document:question", at=now, data={"question": question.id})
