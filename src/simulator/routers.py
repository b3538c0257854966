"""The simulator's tables live in a database of their own, shared by the processes of the web server."""

from typing import Any, Final

from django.db.models import Model

ALIAS: Final = "simulator"


class SimulatorRouter:
    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:  # noqa: ARG002  Django's signature
        return ALIAS if model._meta.app_label == ALIAS else None  # noqa: SLF001  Django's public underscore

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:  # noqa: ARG002
        if ALIAS not in {app_label, db}:
            return None
        return app_label == db
