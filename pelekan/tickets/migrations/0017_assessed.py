from django.db import migrations, models


def portal_asks(apps, schema_editor):
    """The two questions that every portal asked until now become its own, to be changed like any others."""
    from pelekan.tickets.forms import PORTAL

    apps.get_model("tickets", "Inbox").objects.filter(channel="portal", questions=[]).update(questions=PORTAL)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0016_frustration_and_promises")]
    operations = [
        migrations.AddField("ticket", "assessed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("ticket", "reasons", models.JSONField(blank=True, default=list)),
        migrations.RunPython(portal_asks, migrations.RunPython.noop),
    ]
