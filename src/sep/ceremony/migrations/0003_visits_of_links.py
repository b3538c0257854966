"""Every visit so far came by a link: it gets the link's package, and ends unless it was the live one."""

from typing import Any

from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def fill(apps: Any, _editor: object) -> None:
    Visit, SigningLink = apps.get_model("ceremony", "Visit"), apps.get_model("ceremony", "SigningLink")
    link = SigningLink.objects.filter(pk=OuterRef("link_id"))
    Visit.objects.filter(package__isnull=True).update(package_id=Subquery(link.values("package_id")[:1]))
    live = SigningLink.objects.exclude(live_visit="").values("live_visit")
    Visit.objects.exclude(pk__in=live).update(ended_at=F("seen_at"))


class Migration(migrations.Migration):
    dependencies = [("ceremony", "0002_visits_in_max")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
