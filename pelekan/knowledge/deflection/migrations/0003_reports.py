"""Reported problems get the category that the desk chose for them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deflection", "0002_search"),
        ("tickets", "0026_takeouts"),
    ]

    operations = [
        migrations.AddField(
            model_name="widgethome",
            name="reports",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="tickets.category",
            ),
        ),
    ]
