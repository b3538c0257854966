"""What the tab asks people for."""

from typing import Any

from django import forms

from clinic.forms.models import PdfType
from clinic.patients.models import Patient, Representative
from clinic.signing import signers


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


class SignerForm(forms.Form):
    """«Кто подписывает»: the patient himself, or one of those who may sign for him."""

    signer = forms.ChoiceField(label="Подписывает", widget=forms.RadioSelect)

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._candidates = {str(one.pk): one for one in signers.candidates(patient)}
        field = self.fields["signer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("patient", f"{patient.full_name} — пациент, {patient.phone or 'телефона нет'}"),
            *(
                (
                    key,
                    f"{one.full_name} — {one.get_relation_display().lower()}, {one.phone or 'телефона нет'}",
                )
                for key, one in self._candidates.items()
            ),
        ]

    @property
    def representative(self) -> Representative | None:
        """Whoever was chosen; `None` is the patient."""
        return self._candidates.get(self.cleaned_data["signer"])
