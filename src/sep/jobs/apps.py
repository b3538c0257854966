from typing import Any

from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_migrate


class JobsConfig(AppConfig):
    name = "sep.jobs"
    label = "jobs"

    def ready(self) -> None:
        post_migrate.connect(_follow, sender=self)


def _follow(*, using: str, **sent: Any) -> None:
    """Keep DBOS's tables in step with Django's: made after `migrate`, emptied after `flush`."""
    from sep.jobs.engine import forget_everything, install  # noqa: PLC0415  DBOS is heavy for a help page

    if using != DEFAULT_DB_ALIAS:
        return
    if "plan" in sent:
        install()
    else:
        forget_everything()
