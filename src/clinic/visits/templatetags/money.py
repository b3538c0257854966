"""Sums and ages as they are written in Russian."""

from datetime import date
from decimal import Decimal

from django import template
from django.utils import timezone

from clinic.patients.ages import age_in_words

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
    return age_in_words(birth_date, timezone.localdate())
