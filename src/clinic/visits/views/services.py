"""The price list: search, one service, a whole file."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from pytils.numeral import get_plural

from clinic.institution.models import Institution
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission
from clinic.visits import price_list
from clinic.visits.fields import NumberField
from clinic.visits.models import Service

SECTION: Final = "visits:services"
_ON_A_PAGE: Final = 100


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    price = NumberField("Цена, ₽", most="9999999")

    class Meta:
        model = Service
        fields = ["code", "name", "price", "inactive"]

    def __init__(self, *args: Any, institution: Institution, **more: Any) -> None:
        super().__init__(*args, **more)
        self.institution = institution

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        same = Service.objects.filter(institution=self.institution, code=code).exclude(pk=self.instance.pk)
        if same.exists():
            raise forms.ValidationError("Услуга с таким кодом уже есть.")
        return code


@workplace_page(Permission.SEE_VISITS)
def listed(request: StaffRequest) -> HttpResponseBase:
    query = request.GET.get("q", "").strip()
    with_inactive = "all" in request.GET
    known = Service.objects.filter(institution=request.institution)
    if not with_inactive:
        known = known.filter(inactive=False)
    words = query.casefold().split()
    # Cyrillic case is folded here: SQLite knows it for Latin alone. A price list is some thousand lines.
    found = [
        each
        for each in known
        if all(word in each.code.casefold() or word in each.name.casefold() for word in words)
    ]
    page = Paginator(found, _ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"section": SECTION, "page": page, "query": query, "with_inactive": with_inactive}
    return render(request, "visits/services.html", context)


@workplace_page(Permission.EDIT_SERVICES)
def new(request: StaffRequest) -> HttpResponseBase:
    return _service(request, None)


@workplace_page(Permission.EDIT_SERVICES)
def edit(request: StaffRequest, service_id: int) -> HttpResponseBase:
    return _service(request, get_object_or_404(Service, institution=request.institution, pk=service_id))


@workplace_page(Permission.EDIT_SERVICES)
def import_file(request: StaffRequest) -> HttpResponseBase:
    context: dict[str, Any] = {"section": SECTION, "most_errors": price_list.MOST_ERRORS}
    if request.method == "POST":
        file = request.FILES.get("file")
        if not isinstance(file, UploadedFile):
            context["problem"] = "Выберите файл."
        else:
            try:
                prices = price_list.read(file.read(price_list.MOST_BYTES + 1))
            except price_list.UnreadableFile as error:
                context["problem"] = str(error)
            else:
                if not prices.errors:
                    done = price_list.store(request.institution, prices)
                    messages.success(request, _told(done))
                    return redirect(SECTION)
                context["errors"] = prices.errors
    return render(request, "visits/import.html", context)


def _service(request: StaffRequest, service: Service | None) -> HttpResponseBase:
    form = ServiceForm(request.POST or None, instance=service, institution=request.institution)
    if form.is_valid():
        form.instance.institution = request.institution
        saved = form.save()
        messages.success(request, f"Услуга {saved.code} сохранена.")
        return redirect(SECTION)
    return render(request, "visits/service.html", {"section": SECTION, "form": form, "service": service})


def _told(done: price_list.Imported) -> str:
    lines = get_plural(done.added + done.updated, "услуга загружена, услуги загружены, услуг загружено")
    return f"{lines}: новых — {done.added}, обновлённых — {done.updated}."
