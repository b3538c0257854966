"""Fields that the forms of visits share."""

import re
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from clinic.patients.models import Patient, Representative

_SPACES: Final = re.compile(r"\s+")


class NumberField(forms.DecimalField):
    """A number as people type it: «1 800,50» as well as «1800.5»; two digits after the comma."""

    def __init__(self, label: str, *, least: str = "0", most: str, required: bool = True) -> None:
        super().__init__(label=label, required=required, max_digits=12, decimal_places=2, localize=True)
        self.validators += [
            MinValueValidator(Decimal(least), f"Не меньше {least.replace('.', ',')}"),
            MaxValueValidator(Decimal(most), f"Не больше {most.replace('.', ',')}"),
        ]
        self.error_messages |= {"invalid": "Нужно число", "required": "Нужно число"}

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"inputmode": "decimal", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        """Show «1,50» and not «1,5»; idle zeros of a whole number are not shown."""
        if isinstance(value, Decimal) and value == value.to_integral():
            return value.quantize(Decimal(1))
        return value

    def to_python(self, value: Any) -> Any:
        return super().to_python(_SPACES.sub("", value) if isinstance(value, str) else value)


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class RepresentativeField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """One of the patient's representatives, or nobody: then he signs for himself."""

    def __init__(self, label: str) -> None:
        super().__init__(Representative.objects.none(), label=label, required=False, empty_label="Нет")

    def offer(self, patient: Patient | None) -> None:
        """Let only this patient's representatives be chosen; the one who signs is chosen already."""
        if patient is None:
            return
        known = patient.representatives.order_by("-is_default", "family", "id")
        self.queryset = known
        self.initial = known.filter(is_default=True).first()

    def label_from_instance(self, obj: Representative) -> str:
        return f"{obj.full_name} — {obj.get_relation_display().lower()}"


class Suggested(forms.TextInput):
    """A text with suggestions below it: what was typed in the same field before."""

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "off"})
        self.suggestions: list[str] = []

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["suggestions"] = self.suggestions
        if self.suggestions:
            context["widget"]["attrs"]["list"] = f"suggested_{name}"
        return context

    template_name = "visits/suggested.html"
