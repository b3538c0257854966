"""The head of the empty log, and the database's refusal to change an event."""

from typing import Any

from django.db import migrations

from sep.ledger.append_only import ALLOW, REFUSE


def refuse(apps: Any, schema_editor: Any) -> None:
    apps.get_model("ledger", "Head").objects.using(schema_editor.connection.alias).create(pk=1, size=0)
    for statement in REFUSE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def allow(apps: Any, schema_editor: Any) -> None:
    for statement in ALLOW[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(refuse, allow)]
