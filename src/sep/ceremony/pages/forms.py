"""What people type, read with patience: spaces, dots and leading zeros do not matter."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sep.ceremony.codes import DIGITS
from sep.ceremony.refusal import LONGEST_REASON

_DATE_PARTS = 3
_OLDEST = 1900


class BirthDateForm(forms.Form):
    """Day, month and year as three short fields; a whole date pasted into one of them is understood too."""

    day = forms.CharField(max_length=20, required=False)
    month = forms.CharField(max_length=20, required=False)
    year = forms.CharField(max_length=20, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        typed = " ".join(values.get(part, "") for part in ("day", "month", "year"))
        numbers = re.findall(r"\d+", typed)
        if len(numbers) != _DATE_PARTS:
            raise forms.ValidationError(_("Заполните все три поля: день, месяц и год."))
        day, month, year = map(int, numbers)
        if year < _OLDEST:
            raise forms.ValidationError(_("Укажите год четырьмя цифрами, например 1954."))
        try:
            values["birth_date"] = date(year, month, day)
        except (ValueError, OverflowError):
            raise forms.ValidationError(_("Такой даты не бывает. Проверьте день и месяц.")) from None
        return values


class CodeForm(forms.Form):
    """Six digits from the message; whatever else was pasted with them is dropped."""

    code = forms.CharField(max_length=300, required=False)

    def clean_code(self) -> str:
        typed = self.cleaned_data["code"]
        # A whole message pasted: its code is the only run of exactly six digits.
        runs = re.findall(rf"(?<!\d)\d{{{DIGITS}}}(?!\d)", typed)
        digits = runs[0] if len(runs) == 1 else re.sub(r"\D", "", typed)
        if len(digits) != DIGITS:
            raise forms.ValidationError(_("Введите шесть цифр из сообщения."))
        return digits


class IntentForm(forms.Form):
    """The tick that is never there by default (323-ФЗ ст. 20 ч. 1)."""

    informed = forms.BooleanField(
        error_messages={
            "required": _("Чтобы подписать, отметьте, что прочитали документ. Или нажмите «Отказаться».")
        }
    )


class DeclineForm(forms.Form):
    """A reason, only if the person wishes."""

    reason = forms.CharField(max_length=LONGEST_REASON, required=False)
