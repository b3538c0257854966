"""«ЛПУ → Параметры»: requisites and the connection to the service."""

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from clinic.institution import max_bot, rules, tasks
from clinic.institution.connection import ADVICE, STUCK
from clinic.institution.models import ConnectionState, Institution
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission
from sep.jobs import enqueue

SECTION: Final = "institution:netrika"

TIME_ZONES: Final = (
    ("Europe/Kaliningrad", "Калининград (МСК−1)"),
    ("Europe/Moscow", "Москва (МСК)"),
    ("Europe/Samara", "Самара (МСК+1)"),
    ("Asia/Yekaterinburg", "Екатеринбург (МСК+2)"),
    ("Asia/Omsk", "Омск (МСК+3)"),
    ("Asia/Krasnoyarsk", "Красноярск (МСК+4)"),
    ("Asia/Irkutsk", "Иркутск (МСК+5)"),
    ("Asia/Yakutsk", "Якутск (МСК+6)"),
    ("Asia/Vladivostok", "Владивосток (МСК+7)"),
    ("Asia/Magadan", "Магадан (МСК+8)"),
    ("Asia/Kamchatka", "Камчатка (МСК+9)"),
)
_STUCK_AFTER: Final = timedelta(seconds=40)
_DIGITS: Final = {"inn": (10, 12), "kpp": (9,), "ogrn": (13, 15)}


class RequisitesForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    time_zone = forms.ChoiceField(label="Часовой пояс", choices=TIME_ZONES)

    class Meta:
        model = Institution
        fields = [
            "name",
            "full_name",
            "address",
            "phone",
            "email",
            "inn",
            "kpp",
            "ogrn",
            "bank_account",
            "licence",
            "head_position",
            "head_name",
            "head_basis",
            "time_zone",
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, lengths in _DIGITS.items():
            value = cleaned.get(name, "")
            if value and not (value.isascii() and value.isdecimal() and len(value) in lengths):
                told = " или ".join(str(length) for length in lengths)
                self.add_error(name, f"Нужно {told} цифр.")
        return cleaned


class NetrikaForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """The three settings. The token comes in and never goes out: an empty field leaves the kept one."""

    token = forms.CharField(
        label="Авторизационный токен МИС КЭП",
        required=False,
        max_length=500,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    class Meta:
        model = Institution
        fields = ["service_address", "id_lpu", "send_at_once"]
        help_texts = {"id_lpu": "Из письма о подключении, например d19f9083-4f3a-…"}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["service_address"].widget = forms.URLInput(
            attrs={"placeholder": "https://sep.example.org/sep/api", "spellcheck": "false"}
        )
        has_token = self.instance.token_sealed is not None
        self.fields["token"].help_text = (
            "Токен сохранён и больше не показывается. Чтобы заменить его, введите новый."
            if has_token
            else "Из письма о подключении. Хранится зашифрованным и больше не показывается."
        )

    def clean_token(self) -> str:
        token: str = self.cleaned_data["token"]
        if token and not (token.isascii() and token.isprintable() and " " not in token):
            raise forms.ValidationError("В токене лишние знаки. Скопируйте его заново.")
        return token

    def keep(self) -> Institution:
        """Save what the form holds and nothing else; a changed connection is an unchecked one."""
        institution: Institution = self.instance
        names = list(self.Meta.fields)
        if self.cleaned_data["token"]:
            institution.set_token(self.cleaned_data["token"])
            names.append("token_sealed")
        if {"service_address", "id_lpu", "token"} & set(self.changed_data):
            institution.connection_state = ConnectionState.UNCHECKED
            institution.connection_organization = ""
            names += ["connection_state", "connection_organization"]
            max_bot.forget(institution)
            rules.forget(institution)
        institution.save(update_fields=names)
        return institution


@workplace_page(Permission.EDIT_SETTINGS)
def requisites(request: StaffRequest) -> HttpResponseBase:
    form = RequisitesForm(request.POST or None, instance=request.institution)
    if form.is_valid():
        form.instance.save(update_fields=RequisitesForm.Meta.fields)
        messages.success(request, "Реквизиты сохранены.")
        return redirect("institution:requisites")
    return render(request, "institution/requisites.html", {"section": SECTION, "form": form})


@workplace_page(Permission.EDIT_SETTINGS)
def netrika(request: StaffRequest) -> HttpResponseBase:
    form = NetrikaForm(request.POST or None, instance=request.institution)
    if form.is_valid():
        with transaction.atomic():
            institution = form.keep()
            if "check" in request.POST:
                _begin_check(institution)
        if "check" not in request.POST:
            messages.success(request, "Настройки сохранены.")
        return redirect(SECTION)
    kept = Institution.objects.get(pk=request.institution.pk)  # what was typed is not the state of anything
    return render(request, "institution/netrika.html", {"section": SECTION, "form": form} | _state(kept))


@workplace_page(Permission.EDIT_SETTINGS)
def connection_state(request: StaffRequest) -> HttpResponseBase:
    """The part of the page that asks for itself while a check goes on."""
    return render(request, "institution/connection.html", _state(request.institution))


def _begin_check(institution: Institution) -> None:
    institution.connection_state = ConnectionState.CHECKING
    institution.connection_organization = ""
    institution.connection_checked_at = timezone.now()
    institution.save(update_fields=["connection_state", "connection_organization", "connection_checked_at"])
    enqueue(tasks.check_connection, str(institution.pk))


def _state(institution: Institution) -> dict[str, Any]:
    state = ConnectionState(institution.connection_state)
    asked = institution.connection_checked_at
    checking = state is ConnectionState.CHECKING
    stuck = checking and (asked is None or timezone.now() - asked > _STUCK_AFTER)
    return {
        "kept": institution,
        "advice": STUCK if stuck else ADVICE[state],
        "checking": checking,
        "stuck": stuck,
        "works": state is ConnectionState.WORKS,
        "failed": state not in {ConnectionState.UNCHECKED, ConnectionState.CHECKING, ConnectionState.WORKS},
    }
