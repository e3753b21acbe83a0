"""Cursors move from the account to its folders. Mail up to the present cursor counts as ours no more: which of it
was stored is not on record."""

import django.db.models.deletion
from django.db import migrations, models


def to_folders(apps, schema_editor):
    Folder = apps.get_model("channels", "Folder")
    for account in apps.get_model("channels", "Account").objects.exclude(imap_host=""):
        Folder.objects.create(
            account=account, name=account.folder, started_at=account.started_at,
            uid_validity=account.uid_validity, last_uid=account.last_uid, first_uid=account.last_uid,
        )
    if schema_editor.connection.vendor == "postgresql":  # or its tables can't be altered below
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0002_mail_in_and_out'),
    ]

    operations = [
        migrations.CreateModel(
            name='Folder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('suspicious', models.BooleanField(default=False)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('uid_validity', models.PositiveBigIntegerField(default=0)),
                ('last_uid', models.PositiveBigIntegerField(default=0)),
                ('first_uid', models.PositiveBigIntegerField(default=0)),
                ('counted_at', models.DateTimeField(blank=True, null=True)),
                ('counts', models.JSONField(default=dict)),
                ('missing', models.PositiveIntegerField(default=0)),
                ('gap_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='folders', to='channels.account')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('account', 'name'), name='folder_once')],
            },
        ),
        migrations.CreateModel(
            name='Fetched',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('epoch', models.PositiveBigIntegerField()),
                ('uid', models.CharField(max_length=70)),
                ('arrival', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='channels.arrival')),
                ('folder', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='fetched', to='channels.folder')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('folder', 'epoch', 'uid'), name='fetched_once')],
            },
        ),
        migrations.AddField(model_name='arrival', name='suspicious', field=models.BooleanField(default=False)),
        migrations.RunPython(to_folders, migrations.RunPython.noop),
        migrations.RemoveField(model_name='account', name='folder'),
        migrations.RemoveField(model_name='account', name='started_at'),
        migrations.RemoveField(model_name='account', name='uid_validity'),
        migrations.RemoveField(model_name='account', name='last_uid'),
    ]
