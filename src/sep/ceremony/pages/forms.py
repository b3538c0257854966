"""The forms of the signer's pages."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from sep.ceremony.refusal import LONGEST_REASON
from sep.ceremony.typed import NotACode, NotADate, read_birth_date, read_code
from sep.documents.explanation import ComprehensionQuestion


class BirthDateForm(forms.Form):
    """Day, month and year as three short fields; a whole date pasted into one of them is understood too."""

    day = forms.CharField(max_length=20, required=False)
    month = forms.CharField(max_length=20, required=False)
    year = forms.CharField(max_length=20, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        typed = " ".join(values.get(part, "") for part in ("day", "month", "year"))
        try:
            values["birth_date"] = read_birth_date(typed)
        except NotADate as fault:
            raise forms.ValidationError(self._FAULTS[fault.args[0]]) from None
        return values

    _FAULTS: ClassVar[dict[str, Any]] = {
        "incomplete": _("Заполните все три поля: день, месяц и год."),
        "year": _("Укажите год четырьмя цифрами, например 1954."),
        "impossible": _("Такой даты не бывает. Проверьте день и месяц."),
    }


class CodeForm(forms.Form):
    """Six digits from the message; whatever else was pasted with them is dropped."""

    code = forms.CharField(max_length=300, required=False)

    def clean_code(self) -> str:
        try:
            return read_code(self.cleaned_data["code"])
        except NotACode:
            raise forms.ValidationError(_("Введите шесть цифр из сообщения.")) from None


class IntentForm(forms.Form):
    """The tick that is never there by default (323-ФЗ ст. 20 ч. 1)."""

    informed = forms.BooleanField(
        error_messages={
            "required": _("Чтобы подписать, отметьте, что прочитали документ. Или нажмите «Отказаться».")
        }
    )


class UnderstandingForm(forms.Form):
    """One choice for each of the clinic's questions."""

    def __init__(self, questions: Sequence[ComprehensionQuestion], *args: Any) -> None:
        super().__init__(*args)
        for number, question in enumerate(questions):
            self.fields[f"question-{number}"] = forms.TypedChoiceField(
                label=question.text,
                choices=list(enumerate(question.answers)),
                coerce=int,
                widget=forms.RadioSelect,
                error_messages={"required": _("Выберите один ответ.")},
            )

    @property
    def chosen(self) -> list[int]:
        """The indexes of the chosen answers, in the order of the questions."""
        return [self.cleaned_data[name] for name in self.fields]


class DeclineForm(forms.Form):
    """A reason, only if the person wishes."""

    reason = forms.CharField(max_length=LONGEST_REASON, required=False)
