"""What a clinic puts beside the legal text: a plain summary, and questions whether it was understood."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final, Self

MOST_QUESTIONS = 3


@dataclass(frozen=True)
class ComprehensionQuestion:
    """A question about what was read; `right` is the index of the right answer."""

    text: str
    answers: Sequence[str]
    right: int


@dataclass(frozen=True)
class Explanation:
    """A summary that is no part of the document, and up to three questions."""

    summary: str = ""
    questions: Sequence[ComprehensionQuestion] = ()

    def __bool__(self) -> bool:
        return bool(self.summary or self.questions)

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        values = json.loads(data)
        questions = tuple(
            ComprehensionQuestion(each["text"], tuple(each["answers"]), each["right"])
            for each in values["questions"]
        )
        return cls(values["summary"], questions)


NOTHING_EXPLAINED: Final = Explanation()
