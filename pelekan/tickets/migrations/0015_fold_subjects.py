"""The words of all subjects, so that conditions find tickets that came before there were any."""

from django.db import migrations

AT_ONCE = 1000


def fold(apps, schema_editor):
    from pelekan.tickets.conditions.words import folded

    tickets = apps.get_model("tickets", "Ticket").objects
    last = 0
    while rows := list(tickets.filter(pk__gt=last).order_by("pk").only("pk", "subject")[:AT_ONCE]):
        for row in rows:
            row.subject_folded = folded(row.subject)
        tickets.bulk_update(rows, ["subject_folded"])
        last = rows[-1].pk


class Migration(migrations.Migration):
    dependencies = [("tickets", "0014_calls")]
    operations = [migrations.RunPython(fold, migrations.RunPython.noop)]
