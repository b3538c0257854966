"""The card's form, and those of the dialogs over it."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from clinic.institution.models import Institution
from clinic.patients import identifiers
from clinic.patients.fields import (
    DayField,
    HomePhoneField,
    InnField,
    MobileField,
    NameField,
    SnilsField,
    not_in_the_future,
)
from clinic.patients.keys import digits_of
from clinic.patients.models import (
    AgreementWay,
    Capacity,
    Patient,
    Policy,
    PolicyKind,
    Relation,
    Representative,
)
from clinic.patients.who_signs import CONCLUDES_FROM

_NAMES = {"family": NameField, "given": NameField, "patronymic": NameField}
_CODE_DIGITS = 6
IDENTITY = frozenset({"family", "given", "patronymic", "birth_date", "snils", "phone"})
"""Fields by which a person is recognized: when they change, other cards are looked at again."""


_BASES = {
    Capacity.EMANCIPATED: "Нужен документ: свидетельство о\u00a0браке, решение опеки или суда.",
    Capacity.LIMITED: "Нужно решение суда (ГК РФ ст.\u00a030).",
    Capacity.INCAPABLE: "Нужно решение суда (ГК РФ ст.\u00a029).",
    Capacity.INCAPABLE_CONSENTING: (
        "Нужны решение суда и\u00a0запись врача о\u00a0том, что пациент способен согласиться."
    ),
}


class PatientForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """«Карточка пациента». `version` is the moment of the last change that whoever edits has seen."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Patient
        fields = [
            "family",
            "given",
            "patronymic",
            "card_number",
            "birth_date",
            "sex",
            "birth_place",
            "snils",
            "inn",
            "document_kind",
            "document_series",
            "document_number",
            "document_issued_on",
            "document_issued_by",
            "address_registered",
            "address_actual",
            "phone",
            "home_phone",
            "email",
            "occupation",
            "notes",
            "capacity",
            "capacity_basis",
        ]
        field_classes = _NAMES | {
            "birth_date": DayField,
            "document_issued_on": DayField,
            "snils": SnilsField,
            "inn": InnField,
            "phone": MobileField,
            "home_phone": HomePhoneField,
        }
        widgets = {"notes": forms.TextInput()}
        labels = {"document_kind": "Док. удост. личность", "capacity_basis": "Документ о\u00a0дееспособности"}

    def __init__(
        self, *args: Any, institution: Institution, today: date, read_only: bool = False, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.institution, self.today = institution, today
        card: Patient = self.instance
        card.institution = institution
        self.initial["version"] = version_of(card)
        self.fields["card_number"].required = False
        self.fields["card_number"].widget.attrs["autocomplete"] = "off"
        if not card.pk:
            self.fields["card_number"].widget.attrs["placeholder"] = "Присвоится сам"
        known = [("", "—"), *((kind, kind) for kind in identifiers.DOCUMENT_KINDS)]
        if card.document_kind and card.document_kind not in identifiers.DOCUMENT_KINDS:
            known.append((card.document_kind, card.document_kind))
        self.fields["document_kind"] = forms.ChoiceField(
            label=self.fields["document_kind"].label, choices=known, required=False
        )
        if read_only:
            for field in self.fields.values():
                field.disabled = True

    def clean_card_number(self) -> str:
        number: str = self.cleaned_data["card_number"].strip() or self.instance.card_number
        others = Patient.objects.filter(institution=self.institution, card_number=number)
        if number and others.exclude(pk=self.instance.pk).exists():
            raise card_number_is_taken(number)
        return number

    def clean_birth_date(self) -> date:
        return identifiers.birth_date(self.cleaned_data["birth_date"], self.today)

    def clean_document_issued_on(self) -> date | None:
        return not_in_the_future(self.cleaned_data["document_issued_on"], self.today)

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if {"document_kind", "document_series", "document_number"} <= values.keys():
            try:
                values["document_series"], values["document_number"] = identifiers.document(
                    values["document_kind"], values["document_series"], values["document_number"]
                )
            except ValidationError as refused:
                for part, errors in refused.error_dict.items():
                    self.add_error(f"document_{part}", errors)
        born, issued = values.get("birth_date"), values.get("document_issued_on")
        if born and issued and issued < born:
            self.add_error("document_issued_on", "Документ выдан раньше рождения.")
        self._check_capacity(values)
        return values

    def _check_capacity(self, values: dict[str, Any]) -> None:
        capacity, born = values.get("capacity"), values.get("birth_date")
        if capacity == Capacity.ORDINARY:
            values["capacity_basis"] = ""
        elif capacity and not values.get("capacity_basis"):
            self.add_error("capacity_basis", _BASES[Capacity(capacity)])
        is_young = born is not None and Patient(birth_date=born).age_on(self.today) < CONCLUDES_FROM
        if capacity == Capacity.EMANCIPATED and is_young:
            self.add_error(
                "capacity", "Раньше 14\u00a0лет этого не\u00a0бывает (СК РФ ст.\u00a013, ГК РФ ст.\u00a027)."
            )


def version_of(card: Patient) -> str:
    """What tells one state of a card from a later one."""
    return card.updated_at.isoformat() if card.pk else ""


def card_number_is_taken(number: str) -> ValidationError:
    return ValidationError(f"Карта с\u00a0номером {number} уже есть.", code="card_number_taken")


class RepresentativeForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A relative of the patient, and whether he signs for him."""

    class Meta:
        model = Representative
        fields = [
            "relation",
            "family",
            "given",
            "patronymic",
            "birth_date",
            "phone",
            "basis",
            "document",
            "address",
            "in_medical_record",
            "is_default",
        ]
        field_classes = _NAMES | {"birth_date": DayField, "phone": MobileField}
        help_texts = {
            "basis": "Например: свидетельство о\u00a0рождении I-ДН №\u00a0654321.",
            "document": "Вид, серия, номер, кем и\u00a0когда выдан.",
            "phone": "На\u00a0него придёт код.",
        }

    def __init__(self, *args: Any, today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.today = today

    def clean_birth_date(self) -> date:
        return identifiers.birth_date(self.cleaned_data["birth_date"], self.today)

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values.get("is_default") and values.get("relation") == Relation.OTHER:
            self.add_error(
                "is_default",
                "За\u00a0пациента подписывают родители, усыновители, опекуны и\u00a0попечители.",
            )
        return values

    def _get_validation_exclusions(self) -> set[str]:
        # `saving` takes the tick away from the one who had it: here the constraint would refuse the new one.
        return super()._get_validation_exclusions() | {"is_default"}  # type: ignore[no-any-return, misc]


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """An insurance policy."""

    class Meta:
        model = Policy
        fields = ["kind", "number", "insurer", "region", "valid_until", "inactive"]
        field_classes = {"valid_until": DayField}

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values.get("kind") == PolicyKind.ENP and values.get("number"):
            try:
                values["number"] = identifiers.enp(values["number"])
            except ValidationError as refused:
                self.add_error("number", refused)
        return values


class PaperForm(forms.Form):
    """What the paper of an agreement tells before it is signed; any of it may still be missing."""

    phone = MobileField(required=False)
    number = forms.CharField(max_length=100, required=False)
    concluded_on = DayField(required=False)


class AgreementForm(forms.Form):
    """«Записать соглашение». `is_registering` asks for all of it; for a code the phone is enough.

    `confirmed_phone` is the one whose code was read aloud a short while ago.
    """

    phone = MobileField(label="Телефон сотовый", max_length=20)
    number = forms.CharField(label="Номер соглашения", max_length=100)
    concluded_on = DayField(label="Дата соглашения")
    way = forms.ChoiceField(label="Как заключено", choices=AgreementWay.choices)
    code = forms.CharField(
        label="Код, который назвал пациент",
        required=False,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": "6", "autofocus": True}
        ),
    )
    identity_checked = forms.BooleanField(label="Паспорт проверен, личность установлена", required=False)
    without_code = forms.BooleanField(label="Код не\u00a0приходит, записать без него", required=False)

    def __init__(
        self, *args: Any, today: date, confirmed_phone: str, is_registering: bool = False, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.today, self.confirmed_phone, self.is_registering = today, confirmed_phone, is_registering

    def clean_concluded_on(self) -> date | None:
        return not_in_the_future(self.cleaned_data["concluded_on"], self.today)

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if not self.is_registering:
            return values
        if values.get("way") == AgreementWay.PAPER and not values["identity_checked"]:
            self.add_error("identity_checked", "Посмотрите паспорт и\u00a0отметьте это.")
        is_confirmed = bool(self.confirmed_phone) and values.get("phone") == self.confirmed_phone
        if not is_confirmed and not values["without_code"]:
            self.add_error("without_code", "Телефон не\u00a0подтверждён: отправьте код или отметьте это.")
        return values


class CodeForm(forms.Form):
    """Six digits, however they were typed."""

    code = forms.CharField()

    def clean_code(self) -> str:
        digits = digits_of(self.cleaned_data["code"])
        if len(digits) != _CODE_DIGITS:
            raise forms.ValidationError("В\u00a0коде 6\u00a0цифр.", code="code_length")
        return digits


class EndForm(forms.Form):
    """«Прекратить соглашение»."""

    reason = forms.CharField(
        label="Почему",
        max_length=300,
        help_text="Например: заявление пациента от\u00a012.05.2026, телефон утрачен.",
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
