"""Making an installation ready to start: tables, background tables, static files."""

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from sep.jobs.engine import install


def migrate() -> None:
    """Bring every database and the static files up to this version; safe to repeat.

    Creates the data folder when it is absent.
    """
    settings.ENVIRONMENT.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    for alias in connections:
        call_command("migrate", database=alias, verbosity=0, interactive=False)
    install()
    call_command("collectstatic", verbosity=0, interactive=False)
