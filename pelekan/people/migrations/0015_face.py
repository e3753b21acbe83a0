"""How customers' pages look."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0014_reach"),
    ]

    operations = [
        migrations.AddField(
            model_name="desk",
            name="face",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
