"""Talons: the list of a day, and one talon."""

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission
from clinic.visits.models import Appointment
from clinic.visits.picking import Choice, choice_of, find_patients, visits_answering
from clinic.visits.talons import AppointmentForm, new_talon

SECTION: Final = "visits:appointments"
_FOUND_AT_MOST: Final = 100


@workplace_page(Permission.SEE_VISITS)
def listed(request: StaffRequest) -> HttpResponseBase:
    """The talons of a day; or, searched by name or number, those of all days.

    The search is a POST, so that a patient's name stays out of addresses and logs.
    """
    today = timezone.localdate()
    query = request.POST.get("query", "").strip()
    talons = Appointment.objects.filter(institution=request.institution).select_related("patient")
    day = _day(request.GET.get("day", "")) or today
    if query:
        talons = talons.filter(visits_answering(request.institution, query))[:_FOUND_AT_MOST]
    else:
        begins = timezone.make_aware(datetime.combine(day, time.min))
        talons = talons.filter(starts_at__gte=begins, starts_at__lt=begins + timedelta(days=1))
        talons = talons.order_by("starts_at", "id")
    return render(
        request,
        "visits/appointments.html",
        {
            "section": SECTION,
            "talons": talons,
            "query": query,
            "day": day,
            "is_today": day == today,
            "previous": day - timedelta(days=1),
            "next": day + timedelta(days=1),
        },
    )


@workplace_page(Permission.EDIT_VISITS)
def new(request: StaffRequest) -> HttpResponseBase:
    return _talon(request, None)


@workplace_page(Permission.SEE_VISITS)
def edit(request: StaffRequest, appointment_id: int) -> HttpResponseBase:
    if request.method == "POST" and not request.user.may(Permission.EDIT_VISITS):
        raise PermissionDenied
    talons = Appointment.objects.filter(institution=request.institution)
    return _talon(request, get_object_or_404(talons.select_related("patient", "author"), pk=appointment_id))


@workplace_page(Permission.EDIT_VISITS)
def found_patients(request: StaffRequest) -> HttpResponseBase:
    """The list below the field «Пациент», while one types."""
    query = request.POST.get("query", "").strip()
    found = find_patients(request.institution, query) if query else []
    return render(request, "visits/found_patients.html", {"choice": Choice(None, query, found)})


def _talon(request: StaffRequest, talon: Appointment | None) -> HttpResponseBase:
    sent = request.POST if request.method == "POST" else request.GET
    choice = Choice(talon.patient) if talon else choice_of(request.institution, sent)
    then = request.POST.get("then", "")
    form_about = partial(AppointmentForm, institution=request.institution, patient=choice.patient)
    if request.method == "POST" and then in {"save", "close", "print"}:
        form = form_about(request.POST, instance=talon)
        if form.is_valid() and choice.patient:
            return _after(request, form.save_by(request.user), then)
    elif request.method == "POST":  # choosing the patient: what was typed stays, nothing is judged yet
        typed = request.POST.dict()
        if "choose" in typed:
            typed.pop("representative", None)  # of the one chosen before
        form = form_about(initial=typed)
    else:
        form = form_about(instance=talon, initial=None if talon else new_talon())
    if talon and not request.user.may(Permission.EDIT_VISITS):
        for field in form.fields.values():
            field.disabled = True
    return render(
        request,
        "visits/appointment.html",
        {
            "section": SECTION,
            "form": form,
            "talon": talon,
            "choice": choice,
            "patient_missing": form.is_bound and not choice.patient,
            "print_now": "print" in request.GET,
        },
    )


def _after(request: StaffRequest, talon: Appointment, then: str) -> HttpResponse:
    page = reverse("visits:appointment", args=[talon.pk])
    if then == "print":
        return redirect(f"{page}?print")
    messages.success(request, f"Талон № {talon.number} сохранён.")
    return redirect(page if then == "save" else reverse(SECTION))


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:  # 2026-02-31
        return None
