"""«Сотрудники»: accounts of the clinic."""

from typing import Any, Final

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from clinic.staff import administration
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.models import User
from clinic.staff.roles import Permission

SECTION: Final = "staff:list"


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = User
        fields = ["full_name", "username", "role", "is_active"]
        labels = {"username": "Логин", "is_active": "Может входить"}
        help_texts = {"username": "Латинские буквы, цифры и знаки . - _ @ +", "is_active": ""}

    def __init__(self, *args: Any, editor: User, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["username"].widget.attrs["autocomplete"] = "off"
        if self.instance.pk == editor.pk:
            for name in ("role", "is_active"):
                self.fields[name].disabled = True
            self.fields["role"].help_text = "Свои роль и доступ меняет другой администратор."

    def clean_username(self) -> str:
        login: str = self.cleaned_data["username"].lower()
        if User.objects.filter(username__iexact=login).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("Такой логин занят.")
        return login


@workplace_page(Permission.EDIT_STAFF)
def listed(request: StaffRequest) -> HttpResponseBase:
    accounts = (
        User.objects.filter(institution=request.institution)
        .annotate(is_protected=Exists(Authenticator.objects.filter(user=OuterRef("pk"))))
        .order_by("-is_active", "full_name")
    )
    return render(request, "staff/list.html", {"section": SECTION, "accounts": accounts})


@workplace_page(Permission.EDIT_STAFF)
def new(request: StaffRequest) -> HttpResponseBase:
    form = AccountForm(request.POST or None, editor=request.user, initial={"is_active": True})
    if form.is_valid():
        account = form.save(commit=False)
        return _password_page(request, account, administration.create(request.user, account))
    return render(request, "staff/account.html", {"section": SECTION, "form": form})


@workplace_page(Permission.EDIT_STAFF)
def edit(request: StaffRequest, user_id: int) -> HttpResponseBase:
    account = get_object_or_404(User, institution=request.institution, pk=user_id)
    own = account.pk == request.user.pk
    then = request.POST.get("then", "")
    if then == "password" and not own:
        return _password_page(request, account, administration.give_new_password(request.user, account))
    if then == "mfa" and not own:
        administration.remove_second_factor(request.user, account)
        messages.success(request, f"{account.full_name}: второй шаг входа сброшен.")
        return redirect("staff:edit", account.pk)
    form = AccountForm(request.POST if then == "save" else None, instance=account, editor=request.user)
    if form.is_valid():
        administration.change(request.user, form.save(commit=False))
        messages.success(request, f"{account.full_name}: сохранено.")
        return redirect(SECTION)
    context = {
        "section": SECTION,
        "form": form,
        "account": account,
        "own": own,
        "is_protected": Authenticator.objects.filter(user=account).exists(),
    }
    return render(request, "staff/account.html", context)


def _password_page(request: StaffRequest, account: User, password: str) -> HttpResponseBase:
    """Show the password in this answer and never again: it is in no address, session or log."""
    context = {"section": SECTION, "account": account, "password": password}
    return render(request, "staff/password.html", context)
