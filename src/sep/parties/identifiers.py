"""Identifiers of our rows: ULIDs, sortable by time, 26 characters, safe to show in an address."""

from django.db import models
from ulid import ULID


def new_id() -> str:
    """Return a new ULID as text, e.g. `01J9Z3NDEKTSV4RRFFQ69G5FAV`."""
    return str(ULID())


def ulid_key() -> "models.CharField[str, str]":
    """Return the primary key column that our tables share."""
    return models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
