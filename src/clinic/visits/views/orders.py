"""Paid orders: the list, and one order with its lines."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission
from clinic.visits import orders
from clinic.visits.models import PaidOrder, Service
from clinic.visits.orders import OrderForm
from clinic.visits.picking import Choice, choice_of, visits_answering

SECTION: Final = "visits:orders"
_ON_A_PAGE: Final = 50


@workplace_page(Permission.SEE_VISITS)
def listed(request: StaffRequest) -> HttpResponseBase:
    """Orders, the latest first; searched by name or number with a POST, which leaves no name in addresses."""
    query = request.POST.get("query", "").strip()
    found = PaidOrder.objects.filter(institution=request.institution)
    if query:
        found = found.filter(visits_answering(request.institution, query))
    found = found.select_related("patient").prefetch_related("lines")
    page = Paginator(found, 2 * _ON_A_PAGE if query else _ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "visits/orders.html", {"section": SECTION, "page": page, "query": query})


@workplace_page(Permission.EDIT_VISITS)
def new(request: StaffRequest) -> HttpResponseBase:
    return _order(request, None)


@workplace_page(Permission.SEE_VISITS)
def edit(request: StaffRequest, order_id: int) -> HttpResponseBase:
    if request.method == "POST" and not request.user.may(Permission.EDIT_VISITS):
        raise PermissionDenied
    known = PaidOrder.objects.filter(institution=request.institution)
    return _order(request, get_object_or_404(known.select_related("patient", "author"), pk=order_id))


@workplace_page(Permission.EDIT_VISITS)
def found_services(request: StaffRequest) -> HttpResponseBase:
    """The list below «Добавить услугу», while one types."""
    query = request.POST.get("service_query", "")
    found = orders.find_services(request.institution, query)
    return render(request, "visits/found_services.html", {"services": found, "service_query": query})


def _order(request: StaffRequest, order: PaidOrder | None) -> HttpResponseBase:
    sent = request.POST if request.method == "POST" else request.GET
    choice = Choice(order.patient) if order else choice_of(request.institution, sent)
    then = request.POST.get("then", "")
    context: dict[str, Any] = {}
    if request.method == "POST" and then in {"save", "close", "print"}:
        form = OrderForm(request.POST, instance=order, patient=choice.patient)
        lines = orders.bound_lines(request.POST)
        sums = orders.count(lines, form.cleaned_data.get("paid") if form.is_valid() else None)
        form.judge(sums)
        if form.is_valid() and lines.is_valid() and choice.patient:
            return _after(request, orders.save_order(form, lines, request.institution, request.user), then)
    elif request.method == "POST":  # counting, lines, the patient: what was typed stays
        typed = request.POST.dict()
        if "choose" in typed:
            typed.pop("representative", None)  # of the one chosen before
        form = OrderForm(initial=typed, instance=order, patient=choice.patient)
        rows, context = _changed_lines(request)
        judged = orders.bound_lines(orders.line_data(rows))
        sums = orders.count(judged, _typed_paid(typed.get("paid", "")))
        lines = judged if then == "count" else orders.shown_lines(rows)
    else:
        form = OrderForm(
            instance=order, initial=None if order else orders.new_order(), patient=choice.patient
        )
        lines = orders.shown_lines(orders.lines_of(order))
        sums = orders.Sums.of(order)
    if order and not request.user.may(Permission.EDIT_VISITS):
        for each in [form, *lines]:
            for field in each.fields.values():
                field.disabled = True
    context |= {
        "section": SECTION,
        "form": form,
        "lines": lines,
        "rows": list(zip(lines, sums.lines, strict=True)),
        "order": order,
        "choice": choice,
        "sums": sums,
        "patient_missing": form.is_bound and not choice.patient,
        "print_now": "print" in request.GET,
    }
    return render(request, "visits/order.html", context)


def _changed_lines(request: StaffRequest) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the typed lines after «добавить» or «удалить», and what the page shows of the search."""
    rows: list[dict[str, Any]] = [*orders.typed_lines(request.POST)]
    then = request.POST.get("then", "")
    removed = then.removeprefix("remove-")
    if then.startswith("remove-") and removed.isdecimal() and int(removed) < len(rows):
        del rows[int(removed)]
    if then == "add" and len(rows) < orders.MOST_LINES:
        rows.append({"quantity": "1"})
    query = request.POST.get("service_query", "").strip()
    chosen = request.POST.get("add_service", "")
    found: list[Service] = []
    if chosen.isdecimal():
        found = list(Service.objects.filter(institution=request.institution, pk=int(chosen)))
    elif query and then == "count":
        found = orders.find_services(request.institution, query)
    if len(found) == 1 and len(rows) < orders.MOST_LINES:
        rows.append(orders.line_of(found[0]))
        return rows, {"line_added": True}
    return rows, {"services": found, "service_query": query}


def _typed_paid(text: str) -> Any:
    field = OrderForm.base_fields["paid"]
    try:
        return field.clean(text)
    except ValidationError:
        return None


def _after(request: StaffRequest, order: PaidOrder, then: str) -> HttpResponse:
    page = reverse("visits:order", args=[order.pk])
    if then == "print":
        return redirect(f"{page}?print")
    messages.success(request, f"Заказ № {order.number} сохранён.")
    return redirect(page if then == "save" else reverse(SECTION))
