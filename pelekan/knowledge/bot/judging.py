"""What colleagues say of the bot's answers."""

from __future__ import annotations

from datetime import datetime

from pelekan.knowledge.bot.models import BotAnswer
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.events import action, lock_home, record
from pelekan.tickets.models import Message


@action
def mark_wrong(message: Message, wrong: bool, *, by: Agent, now: datetime | None = None) -> Message:
    """A colleague says that an answer of the bot's is wrong, or takes that back. Raises LookupError for what is none."""
    now = now or clock()
    ticket = lock_home(message)
    answer = BotAnswer.objects.select_related("message").filter(message=message).first()
    if answer is None:
        raise LookupError("This is no answer of the bot's.")
    answer.wrong_at, answer.wrong_by = (now, by) if wrong else (None, None)
    answer.save(update_fields=["wrong_at", "wrong_by"])
    row = answer.message
    row.meta = {**row.meta, "bot": {**row.meta["bot"], "wrong": by.name if wrong else ""}}
    Message.objects.filter(pk=row.pk).update(meta=row.meta)
    record("bot.judged", ticket, by=by, message=row, at=now, wrong=wrong)
    return row
