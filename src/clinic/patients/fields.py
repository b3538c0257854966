"""Fields that check what is typed in them by `identifiers` and show it as it is usually written."""

from datetime import date
from typing import Any, ClassVar

from django import forms

from clinic.patients import identifiers

_DAY_FORMATS = ["%d.%m.%Y", "%d%m%Y", "%d/%m/%Y", "%d-%m-%Y", "%d %m %Y", "%Y-%m-%d"]


class CheckedField(forms.CharField):
    """A text that is kept in one spelling; `check` mends or refuses it, `show` writes it for people."""

    attributes: ClassVar[dict[str, str]] = {"autocomplete": "off"}

    @staticmethod
    def check(text: str, /) -> str:
        return text

    @staticmethod
    def show(text: str, /) -> str:
        return text

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        return self.check(text) if text else ""

    def prepare_value(self, value: Any) -> Any:
        return self.show(value) if isinstance(value, str) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # The length of the kept spelling must not cut the typed one («112-233-445 95» is longer).
        kept = {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}
        return kept | self.attributes


class NameField(CheckedField):
    check = staticmethod(identifiers.name)


class SnilsField(CheckedField):
    check = staticmethod(identifiers.snils)
    show = staticmethod(identifiers.format_snils)
    attributes: ClassVar[dict[str, str]] = {"autocomplete": "off", "inputmode": "numeric"}


class InnField(CheckedField):
    check = staticmethod(identifiers.inn)
    attributes: ClassVar[dict[str, str]] = {"autocomplete": "off", "inputmode": "numeric"}


class MobileField(CheckedField):
    check = staticmethod(identifiers.mobile)
    show = staticmethod(identifiers.format_phone)
    attributes: ClassVar[dict[str, str]] = {"autocomplete": "off", "inputmode": "tel"}


class HomePhoneField(MobileField):
    check = staticmethod(identifiers.home_phone)


class DayField(forms.DateField):
    """A day as it is typed from a paper: «31.08.2013», «31082013»."""

    def __init__(self, **options: Any) -> None:
        options["widget"] = forms.DateInput(
            format="%d.%m.%Y",
            attrs={"placeholder": "дд.мм.гггг", "inputmode": "decimal", "autocomplete": "off"},
        )
        super().__init__(input_formats=_DAY_FORMATS, **options)
        self.error_messages["invalid"] = "Нужна дата, например 31.08.2013."


def not_in_the_future(day: date | None, today: date) -> date | None:
    """Refuse a day that has not come yet."""
    if day is not None and day > today:
        raise forms.ValidationError("Эта дата ещё не\u00a0наступила.", code="future")
    return day
