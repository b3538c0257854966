"""Editing a form: its card and its text in one go; a changed text or explanation is a new version."""

import difflib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import transaction

from clinic.forms.explaining import LONGEST_SUMMARY, MOST_QUESTIONS, Question, QuestionForm
from clinic.forms.models import FormVersion, PrintForm
from clinic.forms.placeholders import Fault, check
from clinic.institution.models import Institution
from clinic.staff.models import User

CARD = (
    "code",
    "name",
    "kind",
    "object",
    "copies",
    "inactive",
    "not_saved_to_pdf",
    "in_group",
    "group_notes",
    "notes",
    "information",
    "pdf_to",
    "pdf_type",
    "printer",
    "sort_index",
    "save_result",
    "create_local_document",
)
NEW_TEXT = "# Название документа\n\n{подписант.вводная}, …\n\n[подпись]\n"
_MOST_COPIES = 20


class CardForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """The card with its text and explanation. `seen` is what was opened; `faults` are of the text."""

    text = forms.CharField(label="Текст формы", strip=False, widget=forms.Textarea)
    summary = forms.CharField(
        label="Пояснение простыми словами",
        max_length=LONGEST_SUMMARY,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "lang": "ru", "spellcheck": "true"}),
        help_text="Пациент увидит его рядом с\u00a0документом; частью документа оно не\u00a0станет.",
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = PrintForm
        fields = CARD
        widgets = {
            "notes": forms.Textarea(attrs={"rows": 8}),
            "information": forms.Textarea(attrs={"rows": 8}),
        }
        help_texts = {
            "in_group": "В окне «Печать» форма отмечена заранее: бланки группы печатаются одним нажатием.",
            "group_notes": "Подсказка под названием формы в окне «Печать».",
            "notes": "Для сотрудников клиники; на печать не выходит.",
            "information": "Основание формы, кем и когда утверждена; на печать не выходит.",
            "pdf_to": "СЭП: напечатанный документ сам попадает на вкладку «28. СЭП» карточки пациента.",
            "pdf_type": "По типу сервис решает, кто вправе подписать документ и нужен ли ему отдельный код.",
            "sort_index": "Меньше число — выше в окне «Печать».",
            "printer": "Подсказка при печати: сам принтер выбирают в окне браузера.",
            "save_result": "Документ остаётся в карточке пациента. Документы для СЭП остаются всегда.",
            "create_local_document": "Документ остаётся в карточке с пометкой «локальный документ».",
        }

    def __init__(self, *args: Any, institution: Institution, read_only: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        self.instance.institution = institution
        self.faults: list[Fault] = []
        last = last_version(self.instance)
        self.fields["text"].initial = last.text if last else NEW_TEXT
        self.fields["summary"].initial = last.summary if last else ""
        kept = [*(last.questions if last else []), *([None] * MOST_QUESTIONS)]
        data = self.data if self.is_bound else None
        self.question_forms = [
            QuestionForm(data, number=number, kept=kept[number - 1], read_only=read_only)
            for number in range(1, MOST_QUESTIONS + 1)
        ]
        self.fields["seen"].initial = fingerprint(self.instance)
        self.fields["copies"].widget.attrs |= {"min": 1, "max": _MOST_COPIES}
        self.fields["text"].widget.attrs |= {"spellcheck": "true", "lang": "ru", "aria-describedby": "faults"}
        for field in self.fields.values():
            field.disabled = read_only

    def clean_copies(self) -> int:
        copies: int = self.cleaned_data["copies"]
        if not 1 <= copies <= _MOST_COPIES:
            raise forms.ValidationError(f"От 1 до {_MOST_COPIES} копий.")
        return copies

    def clean_text(self) -> str:
        return normal(self.cleaned_data["text"])

    def clean_summary(self) -> str:
        return _with_line_feeds(self.cleaned_data["summary"]).strip()

    def clean_notes(self) -> str:
        return _with_line_feeds(self.cleaned_data["notes"])

    def clean_information(self) -> str:
        return _with_line_feeds(self.cleaned_data["information"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        same = PrintForm.objects.filter(
            institution=self.instance.institution, code=cleaned.get("code"), name=cleaned.get("name")
        )
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("name", "Форма с таким кодом и наименованием уже есть.")
        if "text" in cleaned and "object" in cleaned:
            self.faults = check(cleaned["text"], cleaned["object"])
            if self.faults:
                self.add_error("text", "Исправьте строки, названные под текстом.")
        if any([each.errors for each in self.question_forms]):  # noqa: C419  each tells its faults
            self.add_error(None, "Исправьте вопросы.")
        return cleaned

    @property
    def written(self) -> "Written":
        """What a valid card says."""
        questions = [each.question for each in self.question_forms if each.question is not None]
        return Written(self.cleaned_data["text"], self.cleaned_data["summary"], questions)


@dataclass(frozen=True)
class Written:
    """What one version holds."""

    text: str
    summary: str = ""
    questions: Sequence[Question] = ()

    @classmethod
    def of(cls, version: FormVersion) -> "Written":
        return cls(normal(version.text), version.summary, version.questions)

    def lines(self) -> list[str]:
        """Return everything as lines of text, to be compared."""
        asked = [
            line
            for question in self.questions
            for line in (
                f"Вопрос: {question['text']}",
                *(
                    f"{'✓' if index == question['right'] else '–'} {answer}"
                    for index, answer in enumerate(question["answers"])
                ),
            )
        ]
        explained = ["Пояснение:", *self.summary.splitlines()] if self.summary else []
        return [*self.text.splitlines(), *explained, *asked]


@dataclass(frozen=True, slots=True)
class Conflict:
    """What somebody else saved meanwhile.

    `fields` are labels with the stored values; `lines` compare the stored text with the typed one, each with
    «−», «+» or a space before it; `seen` makes the next press of «Сохранить» mean it.
    """

    fields: list[tuple[str, str]]
    lines: list[tuple[str, str]]
    version: FormVersion | None
    seen: str


class ChangedMeanwhile(Exception):
    """The form was saved by another since it was opened."""

    def __init__(self, conflict: Conflict) -> None:
        super().__init__("changed meanwhile")
        self.conflict = conflict


class TextFaulty(Exception):
    """An old text that is no form any more; `faults` say where and why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def normal(text: str) -> str:
    """Return a text as it is kept: line feeds alone, none at the beginning and one at the end."""
    return _with_line_feeds(text).strip() + "\n"


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n")


def last_version(form: PrintForm) -> FormVersion | None:
    return form.versions.select_related("author").order_by("-number").first() if form.pk else None


def fingerprint(form: PrintForm) -> str:
    """Return a short name for the card and its text as they are stored."""
    if not form.pk:
        return ""
    last = last_version(form)
    told = [str(getattr(form, name)) for name in CARD] + [str(last.number if last else 0)]
    return hashlib.blake2b("\n".join(told).encode(), digest_size=12).hexdigest()


def save(card: CardForm, author: User) -> PrintForm:
    """Save a valid card, and its text as the next version if it changed.

    Raises `ChangedMeanwhile` when the form is not any more what was opened; then nothing is saved.
    """
    with transaction.atomic():
        if card.instance.pk:
            stored = PrintForm.objects.select_for_update().get(pk=card.instance.pk)
            if fingerprint(stored) != card.cleaned_data["seen"]:
                raise ChangedMeanwhile(_conflict(card, stored))
        form: PrintForm = card.save()
        _add_version(form, card.written, author)
    return form


def restore(form: PrintForm, number: int, author: User) -> FormVersion | None:
    """Make an earlier version, with its explanation, the last one again.

    Returns the new version, `None` if the last one is the same already. Raises `TextFaulty`, and
    `FormVersion.DoesNotExist`.
    """
    written = Written.of(form.versions.get(number=number))
    if faults := check(written.text, form.object):
        raise TextFaulty(faults)
    with transaction.atomic():
        PrintForm.objects.select_for_update().get(pk=form.pk)
        return _add_version(form, written, author)


def _add_version(form: PrintForm, written: Written, author: User) -> FormVersion | None:
    last = last_version(form)
    if last is not None and Written.of(last).lines() == written.lines():
        return None
    return form.versions.create(
        number=last.number + 1 if last else 1,
        text=written.text,
        summary=written.summary,
        questions=list(written.questions),
        author=author,
    )


def _conflict(card: CardForm, stored: PrintForm) -> Conflict:
    version = last_version(stored)
    theirs = Written.of(version).lines() if version else []
    return Conflict(
        fields=list(_different(card, stored)),
        lines=list(_compared(theirs, card.written.lines())),
        version=version,
        seen=fingerprint(stored),
    )


def _different(card: CardForm, stored: PrintForm) -> Iterator[tuple[str, str]]:
    for name in CARD:
        value = getattr(stored, name)
        if value != card.cleaned_data.get(name):
            shown = getattr(stored, f"get_{name}_display", lambda value=value: value)()
            told = {True: "да", False: "нет", "": "пусто"}.get(shown, str(shown))
            yield str(card.fields[name].label), told


def _compared(theirs: Sequence[str], mine: Sequence[str]) -> Iterator[tuple[str, str]]:
    lines = difflib.unified_diff(theirs, mine, lineterm="", n=1)
    for line in list(lines)[2:]:
        yield ("…", "") if line.startswith("@@") else (line[0].replace("-", "−"), line[1:])


def copy(form: PrintForm, author: User) -> PrintForm:
    """Make a form of the clinic's own from another, with the last text as its first version."""
    last = last_version(form)
    with transaction.atomic():
        twin = PrintForm.objects.get(pk=form.pk)
        twin.pk, twin.shipped_as = None, ""
        twin._state.adding = True  # noqa: SLF001  Django's way to copy a row
        twin.name = _free_name(form)
        twin.save()
        if last is not None:
            _add_version(twin, Written.of(last), author)
    return twin


def _free_name(form: PrintForm) -> str:
    same = PrintForm.objects.filter(institution=form.institution, code=form.code)
    taken = set(same.values_list("name", flat=True))
    number = 1
    while (name := f"{form.name[:180]} (копия{f' {number}' if number > 1 else ''})") in taken:
        number += 1
    return name
