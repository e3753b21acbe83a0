"""Events stay as they are written, with one exception: while a customer is erased on request, the words of people in
them may go. Never anything else of a row, never at another time, and nothing can be put in their place."""

from django.db import migrations

ALWAYS = ("id", "name", "at", "ticket_id", "message_id", "agent_id", "customer_id", "topics")
WORDS = ("because", "data")
TEXT = "Events are never rewritten."
MAY = (
    "EXISTS (SELECT 1 FROM tickets_erasure WHERE state = 'working') "
    "AND NEW.because IN ('', OLD.because) AND length({new}) <= length({old})"
)
SQLITE = MAY.format(new="NEW.data", old="OLD.data")
POSTGRES = MAY.format(new="NEW.data::text", old="OLD.data::text")
FUNCTION = "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"


def _sqlite(schema_editor, columns, when=""):
    name = "events_words" if when else "events_stay"
    schema_editor.execute(
        f"CREATE TRIGGER {name} BEFORE UPDATE OF {', '.join(columns)} ON tickets_event {when} "
        f"BEGIN SELECT RAISE(ABORT, '{TEXT}'); END"
    )


def _postgres(schema_editor, name, columns):
    schema_editor.execute(
        f"CREATE TRIGGER {name} BEFORE UPDATE OF {', '.join(columns)} ON tickets_event "
        f"FOR EACH ROW EXECUTE FUNCTION pelekan_{name}()"
    )


def loosen(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER IF EXISTS events_stay")
        _sqlite(schema_editor, ALWAYS)
        _sqlite(schema_editor, WORDS, f"WHEN NOT ({SQLITE})")
    else:
        schema_editor.execute("DROP TRIGGER IF EXISTS events_stay ON tickets_event")
        body = f"IF NOT ({POSTGRES}) THEN RAISE EXCEPTION '{TEXT}'; END IF; RETURN NEW;"
        schema_editor.execute(FUNCTION.format(name="pelekan_events_words", body=body), None)
        _postgres(schema_editor, "events_stay", ALWAYS)
        _postgres(schema_editor, "events_words", WORDS)


def tighten(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER IF EXISTS events_words")
        schema_editor.execute("DROP TRIGGER IF EXISTS events_stay")
        _sqlite(schema_editor, ALWAYS + WORDS)
    else:
        schema_editor.execute("DROP TRIGGER IF EXISTS events_words ON tickets_event")
        schema_editor.execute("DROP FUNCTION IF EXISTS pelekan_events_words()")
        schema_editor.execute("DROP TRIGGER IF EXISTS events_stay ON tickets_event")
        _postgres(schema_editor, "events_stay", ALWAYS + WORDS)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0027_erasures")]
    operations = [migrations.RunPython(loosen, tighten)]
