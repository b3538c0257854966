"""What happens when a form has been printed is the business of those who listen."""

from django.dispatch import Signal

form_printed = Signal()
"""Sent with `printed` (a `Printed`), inside the transaction that saves it."""
