"""How people and their papers are written in pages."""

from datetime import date

from django import template

from clinic.patients import identifiers
from clinic.patients.ages import age_in_words
from clinic.patients.models import Policy, PolicyKind

register = template.Library()

register.filter("phone", identifiers.format_phone)
register.filter("masked", identifiers.mask_phone)
register.filter("snils", identifiers.format_snils)


@register.filter
def age(born: date, today: date) -> str:
    """«12 лет»."""
    return age_in_words(born, today)


@register.filter
def doubt(policy: Policy) -> str:
    """What looks wrong in a policy's number, or nothing."""
    return identifiers.doubt_about_enp(policy.number) if policy.kind == PolicyKind.ENP else ""
