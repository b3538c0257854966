"""What stands beside a form's text for the patient: plain words, and questions whether it was understood.

Limits are the service's: `explanation` of `POST /v1/documents`.
"""

from typing import Any, Final, TypedDict

from django import forms

LONGEST_SUMMARY: Final = 2000
MOST_QUESTIONS: Final = 3
_FEWEST_ANSWERS, _MOST_ANSWERS = 2, 5
_LONGEST_QUESTION, _LONGEST_ANSWER = 500, 100


class Question(TypedDict):
    """A question as it is kept; `right` counts the answers from zero."""

    text: str
    answers: list[str]
    right: int


class QuestionForm(forms.Form):
    """One question of a form's card; empty, it is none. `question` is what was made of it."""

    def __init__(self, data: Any, *, number: int, kept: Question | None, read_only: bool) -> None:
        super().__init__(data, prefix=f"question{number}")
        self.number = number
        self.question: Question | None = None
        answers = kept["answers"] if kept else []
        self.fields["text"] = forms.CharField(
            label=f"Вопрос\u00a0{number}",
            max_length=_LONGEST_QUESTION,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2, "lang": "ru", "spellcheck": "true"}),
            initial=kept["text"] if kept else "",
        )
        for index in range(_MOST_ANSWERS):
            self.fields[f"answer{index}"] = forms.CharField(
                label=f"Ответ\u00a0{index + 1}",
                max_length=_LONGEST_ANSWER,
                required=False,
                initial=answers[index] if index < len(answers) else "",
            )
        self.fields["right"] = forms.TypedChoiceField(
            label="Верный ответ",
            choices=[("", "—"), *((index, index + 1) for index in range(_MOST_ANSWERS))],
            coerce=int,
            empty_value=None,
            required=False,
            initial=kept["right"] if kept else None,
        )
        for field in self.fields.values():
            field.disabled = read_only

    @property
    def answers(self) -> list[forms.BoundField]:
        return [self[f"answer{index}"] for index in range(_MOST_ANSWERS)]

    def clean(self) -> dict[str, Any]:
        """Read the question; an answer left empty between others closes up."""
        values = self.cleaned_data
        given = [(index, values.get(f"answer{index}", "")) for index in range(_MOST_ANSWERS)]
        given = [(index, answer) for index, answer in given if answer]
        text = " ".join(values.get("text", "").split())  # the service takes one line
        right: int = -1 if values.get("right") is None else values["right"]
        if not text and not given:
            return values
        if not text and "text" not in self.errors:
            self.add_error("text", "Есть ответы, но нет вопроса.")
        if len(given) < _FEWEST_ANSWERS:
            self.add_error(f"answer{len(given)}", "Нужно от двух до пяти ответов.")
        places = [index for index, _ in given]
        if right not in places:
            self.add_error("right", "Укажите верный ответ.")
        elif not self.errors:
            self.question = Question(
                text=text, answers=[answer for _, answer in given], right=places.index(right)
            )
        return values
