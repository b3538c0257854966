"""«ЛПУ → Параметры → Правила подписания»."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.institution import rules
from clinic.institution.connection import STUCK
from clinic.institution.max_bot_views import SECTION
from clinic.institution.models import SigningRules
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission
from sep_client import MethodRule, Organization, Policy

PAGE: Final = "institution:rules"

_BY_PARENT: Final = "младше — законный представитель"
_TOGETHER: Final = "до 15 лет — законный представитель, в 15–17 — вместе с пациентом"
_DEAL: Final = "до 14 лет — законный представитель, в 14–17 — он же как заказчик или вместе с пациентом"
_YOUNGER: Final[Mapping[str, str]] = {
    "consent": _BY_PARENT,
    "refusal": _BY_PARENT,
    "withdrawal": _BY_PARENT,
    "personal_data_consent": _TOGETHER,
    "contract": _DEAL,
    "act": _DEAL,
    "other": _DEAL,
    "pep_agreement": "младше — тот, кто будет по нему подписывать",
}
"""Who signs for those too young to do it alone (323-ФЗ ст. 20, 54; 152-ФЗ ст. 9; ГК РФ ст. 26, 28)."""

_MOST_REMINDERS, _LONGEST_HOURS = 5, 720  # as the service takes them


class SettingsForm(forms.Form):
    """What holds for every document of the clinic."""

    agreements = forms.ChoiceField(
        label="Соглашение о простой подписи",
        choices=(
            ("first_document", "Первым документом"),
            ("beforehand", "Только заранее, в клинике"),
        ),
        widget=forms.RadioSelect,
    )
    reminders = forms.CharField(
        label="Напоминания, через сколько часов",
        required=False,
        max_length=40,
        help_text="Через запятую, не больше пяти: 24, 48. Пусто — не напоминать.",
    )
    names_in_max = forms.BooleanField(
        label="Называть документы в сообщениях MAX",
        required=False,
        help_text="Название согласия может выдать, зачем пациент пришёл. В СМС названий нет никогда.",
    )

    def clean_reminders(self) -> list[int]:
        parts = [part.strip() for part in self.cleaned_data["reminders"].split(",") if part.strip()]
        if not all(
            part.isascii() and part.isdecimal() and 1 <= int(part) <= _LONGEST_HOURS for part in parts
        ):
            raise forms.ValidationError(f"Нужны целые часы от 1 до {_LONGEST_HOURS} через запятую.")
        hours = sorted({int(part) for part in parts})
        if len(hours) > _MOST_REMINDERS:
            raise forms.ValidationError("Не больше пяти напоминаний.")
        return hours


class AcceptForm(forms.Form):
    """A weaker way, taken knowingly."""

    read = forms.BooleanField(label="Предупреждение прочитано, клиника принимает этот риск")
    accepted_by = forms.CharField(
        label="Кто принял",
        max_length=200,
        help_text="Имя и должность войдут в каждый лист подписания.",
    )


class PolicyForm(forms.Form):
    """The rules of one kind of document. Weaker ways are not here: each has a dialog of its own."""

    methods = forms.MultipleChoiceField(
        label="Разрешённые способы", required=False, widget=forms.CheckboxSelectMultiple
    )
    needs_medic_signature = forms.BooleanField(label="Нужна УКЭП врача", required=False)
    retention_years = forms.IntegerField(label="Хранить, лет", min_value=1, max_value=100)

    def __init__(self, *args: Any, policy: Policy, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["methods"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(each.code, _as_name(each.name)) for each in policy.methods if not each.warning]
        weaker = any(each.warning and each.is_allowed for each in policy.methods)
        field.required = not weaker
        field.error_messages["required"] = "Оставьте хотя бы один способ."


@workplace_page(Permission.EDIT_SETTINGS)
def page(request: StaffRequest) -> HttpResponseBase:
    context = _state(request)
    told: Organization | None = context["told"]
    form = SettingsForm(request.POST or None, initial=_initial(told))
    if form.is_valid() and request.institution.is_connected:
        rules.want(request.institution, {"do": "organization", **form.cleaned_data})
        messages.success(request, "Передаём настройки сервису.")
        return redirect(PAGE)
    return render(request, "institution/rules.html", context | {"form": form})


@require_GET
@workplace_page(Permission.EDIT_SETTINGS)
def state(request: StaffRequest) -> HttpResponseBase:
    """The part that asks for itself with `seen`, what it shows: 204 when nothing is new.

    The form beside it needs the first answer of the service: then the whole page is asked for.
    """
    context = _state(request)
    shown: rules.Shown = context["shown"]
    if request.GET.get("seen") == shown.version:
        return HttpResponse(status=204)
    if request.GET.get("known", "") != str(context["told"] is not None):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "institution/rules_state.html", context)


@workplace_page(Permission.EDIT_SETTINGS)
def accept(request: StaffRequest, type_code: str, method: str) -> HttpResponseBase:
    """Show the whole warning, and take the weaker way once it is accepted by name."""
    policy, way = _way(request, type_code, method)
    who = f"{request.user.full_name}, {request.user.get_role_display().lower()}"
    form = AcceptForm(request.POST or None, initial={"accepted_by": who})
    if form.is_valid():
        wish = {"do": "accept", "type": type_code, "method": method, "by": form.cleaned_data["accepted_by"]}
        rules.want(request.institution, wish)
        return redirect(PAGE)
    return _asked(request, "institution/rules_accept.html", policy, form, way)


@workplace_page(Permission.EDIT_SETTINGS)
def give_up(request: StaffRequest, type_code: str, method: str) -> HttpResponseBase:
    """Ask first, then stop using a weaker way."""
    policy, way = _way(request, type_code, method)
    if request.method == "POST":
        rules.want(request.institution, {"do": "give_up", "type": type_code, "method": method})
        return redirect(PAGE)
    return _asked(request, "institution/rules_give_up.html", policy, forms.Form(), way)


@workplace_page(Permission.EDIT_SETTINGS)
def change(request: StaffRequest, type_code: str) -> HttpResponseBase:
    """Change the rules of a kind of document."""
    policy = _policy(request, type_code)
    initial = {
        "methods": [each.code for each in policy.methods if each.is_allowed],
        "needs_medic_signature": policy.needs_medic_signature,
        "retention_years": policy.retention_years,
    }
    form = PolicyForm(request.POST or None, policy=policy, initial=initial)
    if form.is_valid():
        ordinary = [each.code for each in policy.methods if not each.warning]
        weaker = [each.code for each in policy.methods if each.warning]
        chosen = form.cleaned_data["methods"]
        # A weaker way stays in the list: whether it holds is decided by its accepted warning alone.
        methods = None if set(chosen) == set(ordinary) else [*chosen, *weaker]
        rules.want(
            request.institution,
            {
                "do": "policy",
                "type": type_code,
                "methods": methods,
                "medic": form.cleaned_data["needs_medic_signature"],
                "years": form.cleaned_data["retention_years"],
            },
        )
        return redirect(PAGE)
    return _asked(request, "institution/rules_change.html", policy, form)


def _policy(request: StaffRequest, type_code: str) -> Policy:
    copy = SigningRules.objects.filter(institution=request.institution).first()
    known = rules.policies(copy) if copy is not None else []
    found = next((each for each in known if each.type == type_code), None)
    if found is None:
        raise Http404
    return found


def _way(request: StaffRequest, type_code: str, method: str) -> tuple[Policy, MethodRule]:
    policy = _policy(request, type_code)
    found = next((each for each in policy.methods if each.code == method and each.warning), None)
    if found is None:
        raise Http404
    return policy, found


def _asked(
    request: StaffRequest, question: str, policy: Policy, form: forms.Form, way: MethodRule | None = None
) -> HttpResponse:
    is_fragment = bool(request.headers.get("HX-Request"))
    template = question if is_fragment else "institution/rules_question.html"
    context = {
        "section": SECTION,
        "question": question,
        "policy": policy,
        "way": way,
        "way_name": _as_name(way.name) if way is not None else "",
        "form": form,
    }
    return render(request, template, context)


def _state(request: StaffRequest) -> dict[str, Any]:
    copy = rules.look(request.institution)
    return {
        "section": SECTION,
        "kept": request.institution,
        "copy": copy,
        "shown": rules.shown(copy, timezone.now()),
        "told": rules.settings_of(copy),
        "policies": [(each, _ways(each), _YOUNGER.get(each.type, "")) for each in rules.policies(copy)],
        "stuck": STUCK,
    }


def _ways(policy: Policy) -> list[tuple[MethodRule, str]]:
    return [(each, _as_name(each.name)) for each in policy.methods]


def _as_name(name: str) -> str:
    """Begin with a capital letter: the service tells a way as a part of a sentence."""
    return name[:1].upper() + name[1:]


def _initial(told: Organization | None) -> dict[str, Any]:
    if told is None:
        return {}
    return {
        "agreements": told.agreements,
        "reminders": ", ".join(map(str, told.reminders)),
        "names_in_max": told.names_in_max,
    }
