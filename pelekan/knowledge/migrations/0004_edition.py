from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0003_writing")]

    operations = [
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.RunSQL(
            "INSERT INTO knowledge_edition (id, number) VALUES (1, 1)", "DELETE FROM knowledge_edition"
        ),
    ]
