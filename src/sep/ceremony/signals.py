"""What the ceremony tells to whoever wants to know."""

from typing import Final

from django.dispatch import Signal

signed_by_one: Final = Signal()
"""Sent inside the transaction when one of two has signed: `document`, `missing` (their packages), `now`."""

invited: Final = Signal()
"""Sent inside the transaction of every invitation: `package`, `now`. For channels that call attention."""
