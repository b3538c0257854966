"""Sums and ages as they are written in Russian."""

from datetime import date
from decimal import Decimal

from django import template
from django.utils import timezone
from pytils.numeral import get_plural

register = template.Library()


@register.filter
def money(value: Decimal) -> str:
    """«1 800,00», with unbreakable spaces; the sign stands in the template."""
    return f"{value:,.2f}".replace(",", "\u00a0").replace(".", ",")


@register.filter
def plain(value: Decimal) -> str:
    """A quantity or a percentage without idle zeros: «1», «12,5»."""
    return f"{value.normalize():f}".replace(".", ",")


@register.filter
def age(birth_date: date) -> str:
    """«12 лет» today."""
    today = timezone.localdate()
    years = today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))
    return str(get_plural(years, "год, года, лет")).replace(" ", "\u00a0")
