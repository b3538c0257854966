"""Editing a form: its card, and its text, whose every change is a new version."""

from typing import Any

from django import forms
from django.db import transaction

from clinic.forms.models import FormVersion, PrintForm
from clinic.forms.placeholders import Fault, check
from clinic.institution.models import Institution
from clinic.staff.models import User

GENERAL = ("code", "name", "kind", "object", "copies", "inactive", "not_saved_to_pdf")
GROUP = ("in_group", "group_notes")
EXTRA = (
    "pdf_to",
    "pdf_type",
    "printer",
    "sort_index",
    "save_result",
    "create_local_document",
)


class TextChanged(Exception):
    """Somebody saved another version since this text was opened."""


class TextFaulty(Exception):
    """The text cannot be saved; `faults` say where and why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


class CardForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Everything of a form but its text."""

    class Meta:
        model = PrintForm
        fields = [*GENERAL, *GROUP, "notes", "information", *EXTRA]
        widgets = {
            "notes": forms.Textarea(attrs={"rows": 6}),
            "information": forms.Textarea(attrs={"rows": 6}),
        }
        help_texts = {
            "pdf_to": "Напечатанный документ попадёт в пакет пациента на вкладке «28. СЭП».",
            "pdf_type": "От типа зависит, кто вправе подписать документ и нужен ли отдельный код.",
            "sort_index": "Меньше — выше в списке при печати.",
            "printer": "Подсказка сотруднику: принтер выбирает браузер.",
            "save_result": "Документ останется в карточке пациента.",
            "inactive": "Форма не предлагается при печати.",
            "copies": "Сколько раз документ войдёт в файл для бумаги.",
        }

    def __init__(self, *args: Any, institution: Institution, **more: Any) -> None:
        super().__init__(*args, **more)
        self.instance.institution = institution
        self.fields["copies"].min_value = 1  # type: ignore[attr-defined]

    def clean_copies(self) -> int:
        copies: int = self.cleaned_data["copies"]
        if not 1 <= copies <= 20:  # noqa: PLR2004  more is a slip of the hand
            raise forms.ValidationError("От 1 до 20 копий.")
        return copies

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        same = PrintForm.objects.filter(
            institution=self.instance.institution, code=cleaned.get("code"), name=cleaned.get("name")
        )
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("name", "Форма с таким кодом и наименованием уже есть.")
        last = last_version(self.instance) if self.instance.pk else None
        if last and cleaned.get("object") and (faults := check(last.text, cleaned["object"])):
            self.add_error("object", f"Текст формы не подходит этому объекту: {faults[0].message}.")
        return cleaned


def last_version(form: PrintForm) -> FormVersion | None:
    return form.versions.order_by("-number").first()


def save_text(form: PrintForm, text: str, seen: int, author: User) -> FormVersion:
    """Save a text as the next version; an unchanged one makes none.

    Args:
        form: whose text it is.
        text: in the language of `markup`.
        seen: the version that was opened for editing, 0 for none.
        author: who saves.

    Raises:
        TextFaulty: the text is not one of a form.
        TextChanged: version `seen` is not the last any more.

    """
    text = text.replace("\r\n", "\n").strip() + "\n"
    if faults := check(text, form.object):
        raise TextFaulty(faults)
    with transaction.atomic():
        PrintForm.objects.select_for_update(no_key=True).values_list("pk").get(pk=form.pk)
        last = last_version(form)
        if last is not None and last.text.strip() == text.strip():
            return last
        if (last.number if last else 0) != seen:
            raise TextChanged
        return FormVersion.objects.create(form=form, number=seen + 1, text=text, author=author)


def copy(form: PrintForm, author: User) -> PrintForm:
    """Make a form of the clinic's own from another, with the last text as its first version."""
    last = last_version(form)
    with transaction.atomic():
        count = PrintForm.objects.filter(institution=form.institution, code=form.code).count()
        twin = PrintForm.objects.get(pk=form.pk)
        twin.pk, twin.shipped_as = None, ""
        twin._state.adding = True  # noqa: SLF001  Django's way to copy a row
        twin.name = f"{form.name[:180]} (копия {count})"
        twin.save()
        if last is not None:
            FormVersion.objects.create(form=twin, number=1, text=last.text, author=author)
    return twin
