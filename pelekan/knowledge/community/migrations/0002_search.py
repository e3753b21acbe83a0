from django.db import migrations

from pelekan.lib.search import index


class Migration(migrations.Migration):
    dependencies = [("community", "0001_initial")]
    operations = [
        migrations.RunPython(
            lambda apps, editor: index("topic_words").create(), lambda apps, editor: index("topic_words").remove()
        )
    ]
