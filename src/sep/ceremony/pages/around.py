"""What every page of a visit shows, and the answers that several of them give."""

from typing import Any

from sep.ceremony.messages import document_number
from sep.ceremony.models import Visit
from sep.documents.models import Document

UNPROCESSABLE = 422
TOO_MANY = 429


def around(visit: Visit, document: Document | None = None) -> dict[str, Any]:
    """What every page of a visit shows: the clinic, the way out, and the document it is about."""
    package = visit.package
    shown: dict[str, Any] = {
        "visit": visit,
        "clinic": package.organization,
        "is_one_of_several": package.ordered().count() > 1,
    }
    if document is not None:
        shown["document"] = document
        shown["number"] = document_number(document)
    return shown
