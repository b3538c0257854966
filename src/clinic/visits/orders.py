"""«Заказ на платное лечение»: its form, its lines, its sums."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Self

from django import forms
from django.db import transaction
from django.db.models import Q
from django.forms.formsets import BaseFormSet, formset_factory
from django.http import QueryDict
from django.utils import timezone

from clinic.institution.models import Institution
from clinic.patients.models import Patient
from clinic.staff.models import User
from clinic.visits.fields import DayInput, NumberField, RepresentativeField
from clinic.visits.models import OrderLine, PaidOrder, Service
from clinic.visits.numbering import number_and_save

MOST_LINES: Final = 200
SERVICES_AT_MOST: Final = 12
ZERO: Final = Decimal(0)
_MOST_ROUBLES: Final = "9999999"


class OrderForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """The order without its patient and its lines."""

    representative = RepresentativeField("Заказчик (представитель)")
    paid = NumberField("Оплачено, ₽", most="999999999", required=False)

    class Meta:
        model = PaidOrder
        fields = ["valid_from", "valid_until", "payment", "representative", "paid", "notes"]
        widgets = {"valid_from": DayInput(), "valid_until": DayInput()}
        labels = {"valid_until": "Договор действует по"}

    def __init__(self, *args: Any, patient: Patient | None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.patient = patient
        representative = self.fields["representative"]
        assert isinstance(representative, RepresentativeField)
        representative.offer(patient)
        representative.empty_label = "Сам пациент"

    def clean_paid(self) -> Decimal:
        return self.cleaned_data["paid"] or Decimal(0)

    def judge(self, sums: "Sums") -> None:
        """Add what is wrong with the order as a whole."""
        if not sums.lines:
            self.add_error(None, "Добавьте хотя бы одну услугу.")
        elif self.is_valid() and None not in sums.lines and sums.paid > sums.total:
            self.add_error("paid", "Оплачено больше суммы заказа.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("valid_from"), cleaned.get("valid_until")
        if since and until and until < since:
            self.add_error("valid_until", "Договор заканчивается раньше, чем начинается.")
        return cleaned


class LineForm(forms.Form):
    """One line of an order; `service` names the line of the price list it was copied from."""

    service = forms.IntegerField(widget=forms.HiddenInput, required=False)
    performer = forms.CharField(label="Исполнитель", max_length=150, required=False)
    name = forms.CharField(label="Услуга", max_length=300, error_messages={"required": "Нужно название"})
    quantity = NumberField("Количество", least="0.01", most="9999")
    price = NumberField("Цена, ₽", most=_MOST_ROUBLES)
    discount_percent = NumberField("Скидка, %", most="100", required=False)
    discount = NumberField("Скидка, ₽", most=_MOST_ROUBLES, required=False)
    surcharge_percent = NumberField("Надбавка, %", most="999", required=False)

    def line(self) -> OrderLine | None:
        """Return the line with its sum, not saved; nothing while a field is wrong."""
        if not self.is_valid():
            return None
        values = {name: value for name, value in self.cleaned_data.items() if name != "service"}
        for name in ("discount_percent", "discount", "surcharge_percent"):
            values[name] = values[name] or Decimal(0)
        return OrderLine(service_id=self.cleaned_data["service"], **values)


LineForms: type["BaseFormSet[LineForm]"] = formset_factory(
    LineForm, extra=0, max_num=MOST_LINES, absolute_max=MOST_LINES, validate_max=True
)
LINES: Final = "line"


@dataclass(frozen=True, slots=True)
class Sums:
    """«Итого услуг на сумму … Из них оплачено … Задолженность …», in roubles; a wrong line has no sum."""

    lines: list[Decimal | None]
    paid: Decimal

    @property
    def total(self) -> Decimal:
        return sum((line for line in self.lines if line is not None), ZERO)

    @property
    def debt(self) -> Decimal:
        return max(self.total - self.paid, ZERO)

    @classmethod
    def of(cls, order: PaidOrder | None) -> Self:
        """The sums of an order as it is saved."""
        return cls([line.total for line in order.lines.all()], order.paid) if order else cls([], ZERO)


def new_order() -> dict[str, Any]:
    """What a new order begins with: a contract for today."""
    today = timezone.localdate()
    return {"valid_from": today, "valid_until": today, "payment": "Платные услуги"}


def lines_of(order: PaidOrder | None) -> list[dict[str, Any]]:
    """Return the saved lines as the formset's initial values."""
    if order is None:
        return []
    names = [name for name in LineForm.base_fields if name != "service"]
    return [
        {"service": line.service_id} | {name: getattr(line, name) for name in names}
        for line in order.lines.all()
    ]


def typed_lines(data: QueryDict) -> list[dict[str, str]]:
    """Return the lines as they were typed, whatever is wrong with them."""
    count = data.get(f"{LINES}-TOTAL_FORMS", "0")
    rows = range(min(int(count) if count.isdecimal() else 0, MOST_LINES))
    return [{name: data.get(f"{LINES}-{row}-{name}", "") for name in LineForm.base_fields} for row in rows]


def line_data(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a browser would send for these lines."""
    data: dict[str, Any] = {f"{LINES}-TOTAL_FORMS": len(lines), f"{LINES}-INITIAL_FORMS": 0}
    for row, line in enumerate(lines):
        data |= {f"{LINES}-{row}-{name}": value for name, value in line.items()}
    return data


def line_of(service: Service) -> dict[str, Any]:
    """Return a new line with the service's price as it is today."""
    return {
        "service": service.pk,
        "name": f"{service.code} {service.name}"[:300],
        "quantity": "1",
        "price": str(service.price).replace(".", ","),
    }


def bound_lines(data: Mapping[str, Any]) -> "BaseFormSet[LineForm]":
    """Return the lines as forms to be judged; an empty line is wrong, not absent."""
    return LineForms(data, prefix=LINES, form_kwargs={"empty_permitted": False})


def shown_lines(rows: list[dict[str, Any]]) -> "BaseFormSet[LineForm]":
    """Return the lines as forms that nothing is said about yet."""
    return LineForms(initial=rows, prefix=LINES)


def count(lines: "BaseFormSet[LineForm]", paid: Decimal | None) -> Sums:
    """Add up the lines that are right."""
    made = (form.line() for form in lines)
    return Sums([line.total if line else None for line in made], paid or ZERO)


def find_services(institution: Institution, query: str) -> list[Service]:
    """Return the first few services on offer whose code begins with the text or whose name has all its words.

    Neither engine folds Cyrillic case alike, so names are compared here; a price list is some thousand lines.
    """
    words = query.casefold().replace("ё", "е").split()
    on_offer = Service.objects.filter(institution=institution, inactive=False)
    if not words:
        return []
    exact = on_offer.filter(Q(code__iexact=query.strip())).first()
    if exact is not None:
        return [exact]
    matching = (each for each in on_offer.iterator() if _answers(each, words))
    return [each for each, _ in zip(matching, range(SERVICES_AT_MOST), strict=False)]


def _answers(service: Service, words: list[str]) -> bool:
    code, name = service.code.casefold(), service.name.casefold().replace("ё", "е")
    return all(code.startswith(word) or word in name for word in words)


def save_order(
    form: OrderForm, lines: "BaseFormSet[LineForm]", institution: Institution, author: User
) -> PaidOrder:
    """Save a valid order with its lines; a new one gets its number and its author."""
    order: PaidOrder = form.save(commit=False)
    own = set(Service.objects.filter(institution=institution).values_list("pk", flat=True))
    with transaction.atomic():
        if order.pk:
            order.save()
            order.lines.all().delete()
        else:
            assert form.patient is not None
            order.institution, order.patient, order.author = institution, form.patient, author
            number_and_save(order)
        made = []
        for position, each in enumerate(lines, 1):
            line = each.line()
            assert line is not None
            line.order, line.position = order, position
            if line.service_id not in own:
                line.service = None  # removed from the price list meanwhile, or never of this clinic
            made.append(line)
        OrderLine.objects.bulk_create(made)
    return order
