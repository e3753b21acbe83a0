from django.db import migrations

from pelekan.lib.search import index


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_counter")]
    operations = [
        migrations.RunPython(
            lambda apps, editor: index("ticket_words").create(), lambda apps, editor: index("ticket_words").remove()
        )
    ]
