"""The person that somebody picks or types on the page, as `/rs/prns/{oid}` shows him."""

import hashlib
from datetime import date
from typing import Any, Final

from django import forms

from simulator.esia.systems import Citizen, citizens

_FIRST_OID: Final = 1_000_000_000
_OIDS: Final = 1_000_000_000


class CitizenForm(forms.Form):
    """A typed person."""

    use_required_attribute = False  # the browser must not ask for these when another person is picked

    family = forms.CharField(label="Фамилия", max_length=100)
    given = forms.CharField(label="Имя", max_length=100)
    patronymic = forms.CharField(label="Отчество", max_length=100, required=False)
    birth_date = forms.DateField(
        label="Дата рождения",
        input_formats=["%d.%m.%Y", "%Y-%m-%d"],
        widget=forms.DateInput(attrs={"placeholder": "ДД.ММ.ГГГГ", "inputmode": "numeric"}),
    )
    snils = forms.RegexField(r"^\d{3}-\d{3}-\d{3} \d{2}$", label="СНИЛС", required=False)


def chosen(which: str, form: CitizenForm) -> Citizen | None:
    """Return the citizen of this place in the list; the typed one for anything else, or none."""
    known = citizens()
    if which.isdecimal() and int(which[:4]) < len(known):
        return known[int(which[:4])]
    return Citizen(**form.cleaned_data) if form.is_valid() else None


def oid_of(citizen: Citizen) -> int:
    """Give the same person the same number at every sign-in."""
    told = f"{citizen.family}|{citizen.given}|{citizen.patronymic}|{citizen.birth_date.isoformat()}"
    return _FIRST_OID + int.from_bytes(hashlib.sha256(told.encode()).digest()[:8], "big") % _OIDS


def shown(citizen: Citizen, scope: str) -> dict[str, Any]:
    """Write the person down as far as the scopes go."""
    scopes = scope.split()
    person: dict[str, Any] = {"stateFacts": ["EntityRoot"], "status": "REGISTERED", "trusted": True}
    if "fullname" in scopes:
        person |= {"lastName": citizen.family, "firstName": citizen.given}
        if citizen.patronymic:
            person["middleName"] = citizen.patronymic
    if "birthdate" in scopes:
        person["birthDate"] = date.strftime(citizen.birth_date, "%d.%m.%Y")
    if "snils" in scopes and citizen.snils:
        person["snils"] = citizen.snils
    return person
