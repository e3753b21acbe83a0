"""The database itself refuses to rewrite an event. Only `cause_id` may become empty, when the event that it points to
goes with its ticket. Deleting stays possible, because a ticket that is erased takes its events with it."""

from django.db import migrations

COLUMNS = ("id", "name", "at", "ticket_id", "message_id", "agent_id", "customer_id", "because", "data", "topics")
TEXT = "Events are never rewritten."


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            f"CREATE TRIGGER events_stay BEFORE UPDATE OF {', '.join(COLUMNS)} ON tickets_event "
            f"BEGIN SELECT RAISE(ABORT, '{TEXT}'); END"
        )
    else:
        schema_editor.execute(
            "CREATE FUNCTION pelekan_events_stay() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{TEXT}'; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER events_stay BEFORE UPDATE OF {', '.join(COLUMNS)} ON tickets_event "
            "FOR EACH ROW EXECUTE FUNCTION pelekan_events_stay()"
        )


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER IF EXISTS events_stay")
    else:
        schema_editor.execute("DROP TRIGGER IF EXISTS events_stay ON tickets_event")
        schema_editor.execute("DROP FUNCTION IF EXISTS pelekan_events_stay()")


class Migration(migrations.Migration):
    dependencies = [("tickets", "0005_agent_in_chat")]
    operations = [migrations.RunPython(add, remove)]
