from django.db import migrations


def begin(apps, schema_editor):
    apps.get_model("tickets", "Counter").objects.get_or_create(name="ticket", defaults={"value": 1000})


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
