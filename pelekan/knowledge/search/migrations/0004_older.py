"""An index that is there when a desk is upgraded was made by a release before: it is made anew, once."""

from typing import Any

from django.db import migrations


def note(apps: Any, editor: Any) -> None:
    if apps.get_model("search", "Entry").objects.exists():
        apps.get_model("search", "Upkeep").objects.get_or_create(pk=1, defaults={"version": 0})


class Migration(migrations.Migration):
    dependencies = [("search", "0003_terms")]
    operations = [migrations.RunPython(note, migrations.RunPython.noop)]
