"""Numbers of cards: given automatically, each clinic its own, or written by hand."""

from typing import Final

from django.db import transaction

from clinic.institution.models import Institution
from clinic.patients.models import CardCounter, Patient

_LONGEST_COUNTED: Final = 12
"""Longer numbers come from elsewhere (a bar code): the count does not go on from them."""


def next_number(institution: Institution) -> str:
    """Return a number that no card of the clinic has; call it in the transaction that saves the card.

    The counter's row is locked until that transaction ends, so two desks never get the same number.
    """
    with transaction.atomic():
        CardCounter.objects.get_or_create(institution=institution)
        counter = CardCounter.objects.select_for_update().get(institution=institution)
        number = counter.last + 1
        cards = Patient.objects.filter(institution=institution)
        if counter.last == 0 or cards.filter(card_number=str(number)).exists():
            # The first time, or after cards were loaded from elsewhere: go on from the greatest.
            written = cards.values_list("card_number", flat=True).iterator(chunk_size=10_000)
            number = 1 + max(
                (int(one) for one in written if one.isdecimal() and len(one) <= _LONGEST_COUNTED),
                default=0,
            )
        counter.last = number
        counter.save(update_fields=["last"])
        return str(number)
