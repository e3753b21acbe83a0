from django.db import migrations, models

from pelekan.knowledge.search import table
from pelekan.knowledge.search.models import Plain
from pelekan.lib.search import index


class Migration(migrations.Migration):
    initial = True
    dependencies = [("knowledge", "0002_search")]
    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=8)),
                ("ref", models.BigIntegerField()),
                ("language", models.CharField(max_length=2)),
                ("codes", models.CharField(blank=True, max_length=400)),
                ("marks", models.CharField(blank=True, max_length=200)),
                ("words", models.TextField()),
                ("title", models.TextField()),
                ("length", models.PositiveIntegerField()),
                ("pieces", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Term",
            fields=[
                ("name", Plain(primary_key=True, serialize=False)),
                ("number", models.BigIntegerField()),
            ],
        ),
        migrations.RunPython(table.create, table.remove),
        migrations.RunPython(
            lambda apps, editor: index("article_words").remove(), lambda apps, editor: index("article_words").create()
        ),
    ]
