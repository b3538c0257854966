"""What the tab asks people for."""

from typing import Any

from django import forms

from clinic.forms.models import PdfType
from clinic.patients.models import Patient
from clinic.signing import signers
from clinic.signing.signers import HIMSELF, Signers


class FileForm(forms.Form):
    """«Добавить файл»."""

    name = forms.CharField(label="Наименование", max_length=200, required=False)
    pdf_type = forms.ChoiceField(label="Тип PDF", choices=PdfType.choices, initial=PdfType.OTHER)
    file = forms.FileField(
        label="Файл PDF, до 10\u00a0МБ", widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"})
    )

    def clean(self) -> dict[str, Any]:
        """Without a name the file's own is taken."""
        cleaned = super().clean() or {}
        file = cleaned.get("file")
        if file is not None and not cleaned.get("name"):
            cleaned["name"] = file.name.rsplit(".", 1)[0][:200]
        return cleaned


class RevokeForm(forms.Form):
    """«Отозвать»."""

    reason = forms.CharField(
        label="Причина",
        max_length=300,
        help_text="Её увидит тот, кто откроет ссылку.",
        widget=forms.TextInput(attrs={"autofocus": True}),
    )


class WithdrawForm(forms.Form):
    """«Отозвать согласие»."""

    reason = forms.CharField(
        label="Причина со слов пациента",
        max_length=300,
        required=False,
        help_text="Можно не указывать: отозвать согласие пациент вправе без причины.",
        widget=forms.TextInput(attrs={"autofocus": True}),
    )


class SignerForm(forms.Form):
    """«Кто подписывает»: the patient himself, one of those who may sign for him, or the two together."""

    signer = forms.ChoiceField(label="Подписывает", widget=forms.RadioSelect)

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = signers.candidates(patient)
        alone = {str(one.pk): Signers(one) for one in able}
        together = {f"{one.pk}-together": Signers(one, with_patient=True) for one in able}
        self._people = {"patient": HIMSELF, **alone, **together}
        field = self.fields["signer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, _told(patient, who)) for key, who in self._people.items()]

    @property
    def who(self) -> Signers:
        """Whoever was chosen."""
        return self._people[self.cleaned_data["signer"]]

    @staticmethod
    def key_of(who: Signers) -> str:
        """Return the choice that stands for these people."""
        if who.representative is None:
            return "patient"
        return f"{who.representative.pk}-together" if who.with_patient else str(who.representative.pk)


def _told(patient: Patient, who: Signers) -> str:
    himself = f"{patient.full_name} — пациент, {patient.phone or 'телефона нет'}"
    if who.representative is None:
        return himself
    one = who.representative
    other = f"{one.full_name} — {one.get_relation_display().lower()}, {one.phone or 'телефона нет'}"
    return f"Вместе: {himself}; {other}" if who.with_patient else other
