"""SQLite keeps the numbers of terms in one tree, ordered by name, instead of in a table and an index of it; entries keep
their stems, so that a question does not make them anew."""

from typing import Any

from django.db import migrations, models

from pelekan.knowledge.search.entries import pack, stemmed, unpack


def _made_anew(editor: Any, end: str) -> None:
    if editor.connection.vendor != "sqlite":
        return
    editor.execute(f"CREATE TABLE search_term_new (name text NOT NULL PRIMARY KEY, number bigint NOT NULL){end}")
    editor.execute("INSERT INTO search_term_new (name, number) SELECT name, number FROM search_term ORDER BY name")
    editor.execute("DROP TABLE search_term")
    editor.execute("ALTER TABLE search_term_new RENAME TO search_term")


def one_tree(apps: Any, editor: Any) -> None:
    _made_anew(editor, " WITHOUT ROWID")


def two_trees(apps: Any, editor: Any) -> None:
    _made_anew(editor, "")


def stems(apps: Any, editor: Any) -> None:
    entries = apps.get_model("search", "Entry").objects
    last = -1
    while some := list(entries.filter(id__gt=last).order_by("id").only("id", "language", "words")[:500]):
        for one in some:
            times = unpack(one.words)
            one.words, one.stems = pack(times), pack(stemmed(times, one.language))
        entries.bulk_update(some, ["words", "stems"], batch_size=100)
        last = some[-1].id


class Migration(migrations.Migration):
    dependencies = [("search", "0002_upkeep")]
    operations = [
        migrations.RunPython(one_tree, two_trees),
        migrations.AddField("entry", "stems", models.TextField(default="")),
        migrations.RunPython(stems, migrations.RunPython.noop),
    ]
