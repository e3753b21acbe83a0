"""A problem reported by a short form inside the chat's window: one message that says what a developer asks first, with the page and
the browser that it happened in, on an official ticket of the category that the desk chose for reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from pelekan.channels.chat import writing
from pelekan.channels.chat.visitors import Visitor, describe, reachable
from pelekan.lib.text import clean_controls, one_line
from pelekan.tickets import actions
from pelekan.tickets.events import action
from pelekan.tickets.joined import face_of
from pelekan.tickets.models import Category, ChatState, Conversation, Ticket

OFTEN = ("always", "sometimes", "once")
LONGEST = 2_000  # characters of each answer
FACTS = ("page", "title", "browser", "screen", "zone", "language")
"""What the browser tells along, kept beside the message: the conversation's own context is that of its beginning."""
BECAUSE = "a problem report"


@dataclass(frozen=True, slots=True)
class Said:
    """The answers of the form; `happened` is the one that must be there."""

    happened: str
    doing: str = ""
    expected: str = ""
    often: str = ""

    def words(self) -> str:
        """The message, with the questions in the language that is active."""
        often = {
            "always": _("Yes, every time"),
            "sometimes": _("Only sometimes"),
            "once": _("It happened once"),
        }
        lines = [
            (_("What happened?"), self.happened),
            (_("What were you doing?"), self.doing),
            (_("What should have happened?"), self.expected),
            (_("Does it happen again?"), often.get(self.often, "")),
        ]
        return "\n\n".join(f"{asked}\n{answer}" for asked, answer in lines if answer)


def read(given: Mapping[str, object]) -> Said:
    """The answers as they came from the form, bounded."""

    def text(name: str) -> str:
        value = given.get(name)
        return clean_controls(value).strip()[:LONGEST] if isinstance(value, str) else ""

    often = text("often")
    return Said(text("happened"), text("doing"), text("expected"), often if often in OFTEN else "")


@action
def report(
    visitor: Visitor,
    line: writing.Line,
    said: Said,
    *,
    contact: Mapping[str, str],
    conversation_id: int | None,
    category: Category | None,
    now: datetime,
) -> Ticket:
    """Into the chat that is going on, which becomes official by it, or as a request of its own. The same `client_id` again
    gives the same ticket. Raises NotYours, NoAddress, ValueError (see `describe`)."""
    customer = actions.hold_customer(visitor.customer.pk)
    if known := actions.said_before(customer, line.client_id):
        return face_of(known.conversation, known.ticket)
    facts = {name: line.context[name] for name in FACTS if line.context.get(name)}
    line = replace(line, text=said.words(), meta={**line.meta, "report": {**facts, "often": said.often}})
    subject = one_line(said.happened, 120)
    into = _going_on(visitor, conversation_id)
    if into is None:
        line = replace(line, category_id=category.pk if category else None)
        return writing.leave_request(visitor, line, subject=subject, contact=contact, now=now)
    describe(visitor, **contact, now=now)
    if not reachable(visitor):
        raise writing.NoAddress
    message = writing.write(visitor, line, conversation_id=into.pk, now=now)
    thread = writing.own(visitor, message.conversation_id)
    own = face_of(thread, thread.ticket)
    if category is not None and own.pk == thread.ticket_id and own.category_id is None:
        own = actions.categorise(own, category, by=customer, because=BECAUSE, now=now)
    if own.registered_at is not None:
        return own
    return writing.register_own(visitor, thread.pk, subject=subject, contact={}, now=now)


def _going_on(visitor: Visitor, conversation_id: int | None) -> Conversation | None:
    """The thread that he reports in: one that is over and never became official takes nothing more."""
    if conversation_id is None:
        return None
    thread = writing.own(visitor, conversation_id)
    return thread if thread.state != ChatState.ENDED or thread.ticket.registered_at else None
