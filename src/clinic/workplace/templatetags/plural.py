"""Numbers with words, as Russian wants them."""

from django import template
from pytils import numeral

register = template.Library()


@register.filter
def plural(number: int, words: str) -> str:
    """`{{ 3|plural:"документ,документа,документов" }}` → «3 документа», with an unbreakable space."""
    told: str = numeral.get_plural(number, tuple(words.split(",")))
    return told.replace(" ", "\u00a0", 1)
