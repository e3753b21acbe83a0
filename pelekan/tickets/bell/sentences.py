"""What a line of the bell says, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from pelekan.lib.text import isolate, local_digits
from pelekan.tickets.bell.rules import Ring
from pelekan.tickets.rulebooks.models import RulebookKind

NAMES = {
    Ring.ASSIGNED: gettext_lazy("A ticket is given to me"),
    Ring.ANSWERED: gettext_lazy("A customer writes on my ticket"),
    Ring.CHAT: gettext_lazy("A chat comes to me"),
    Ring.MENTIONED: gettext_lazy("A colleague names me in a note"),
    Ring.HANDED: gettext_lazy("A ticket comes to my team"),
    Ring.FAILED: gettext_lazy("My answer could not be delivered"),
    Ring.RATED: gettext_lazy("A customer rates my ticket"),
    Ring.FAULT: gettext_lazy("A mailbox, an SMS gateway or a webhook fails, or a mail is quarantined"),
    Ring.UNSENT: gettext_lazy("My answer by mail is not passed on"),
    Ring.TOLD: gettext_lazy("A rule tells me of a ticket"),
    Ring.NOBODY: gettext_lazy("A ticket of my team finds nobody free"),
    Ring.FRUSTRATED: gettext_lazy("A customer is losing patience"),
    Ring.PROMISE: gettext_lazy("A promise to a customer falls due"),
    Ring.FORGOTTEN: gettext_lazy("Tickets of the desk are forgotten"),
    Ring.REFUSED: gettext_lazy("Scheduled rules could not come into force"),
    Ring.DUE: gettext_lazy("A ticket is about to be late, or is"),
    Ring.STEPS: gettext_lazy("A customer has ticked all steps that I sent"),
    Ring.ARTICLE: gettext_lazy("An article needs me: review, publishing, or a look whether it is still true"),
    Ring.REMARK: gettext_lazy("A reader says what my article lacks"),
    Ring.COMMUNITY: gettext_lazy("Something in the community waits for the team"),
    Ring.ERASURE: gettext_lazy("A customer asks that his data be erased"),
}
ICONS = {
    Ring.ASSIGNED: "user-check", Ring.ANSWERED: "reply", Ring.CHAT: "messages-square", Ring.MENTIONED: "at-sign",
    Ring.HANDED: "users", Ring.FAILED: "triangle-alert", Ring.RATED: "star", Ring.FAULT: "octagon-alert",
    Ring.UNSENT: "mail", Ring.TOLD: "megaphone", Ring.NOBODY: "user-x", Ring.FRUSTRATED: "frown", Ring.PROMISE: "handshake", Ring.FORGOTTEN: "alarm-clock",
    Ring.DUE: "timer", Ring.REFUSED: "octagon-alert", Ring.STEPS: "list-checks",
    Ring.ARTICLE: "book-open",
    Ring.REMARK: "message-circle-question",
    Ring.COMMUNITY: "messages-square",
    Ring.ERASURE: "eraser",
}  # fmt: skip


FORGOTTEN = {
    "no_owner": gettext_lazy("Nobody has it"),
    "silent": gettext_lazy("Silent towards the customer"),
    "no_next": gettext_lazy("No next step"),
    "promised": gettext_lazy("Promised"),
    "waiting": gettext_lazy("Waiting for the customer for long"),
    "held": gettext_lazy("On hold without a date"),
}
"""The lists of `tickets.forgotten`."""

ARTICLES = {
    "review_asked": gettext_lazy("%(who)s asks you to review an article"),
    "sent_back": gettext_lazy("%(who)s wants something changed in your article"),
    "published": gettext_lazy("%(who)s published your article"),
    "not_published": gettext_lazy("A scheduled article could not come out; it is a draft again"),
    "review_due": gettext_lazy("An article should be read again: is it still true?"),
}
"""What happened to an article, by the word behind "article."."""

CLOCKS = {
    ("first_response", "soon"): gettext_lazy("A customer must get a first answer soon"),
    ("first_response", "late"): gettext_lazy("A customer has waited too long for a first answer"),
    ("next_response", "soon"): gettext_lazy("A customer must get an answer soon"),
    ("next_response", "late"): gettext_lazy("A customer has waited too long for an answer"),
    ("resolution", "soon"): gettext_lazy("A ticket must be solved soon"),
    ("resolution", "late"): gettext_lazy("A ticket should be solved by now"),
    ("acceptance", "soon"): gettext_lazy("A ticket that was passed on must be accepted soon"),
    ("acceptance", "late"): gettext_lazy("A ticket that was passed on was not accepted in time"),
}
"""What a clock says, by target and how it stands (`sla.timers.acts`)."""

REFUSED = {
    "agent_by_mail": gettext_lazy(
        "An agent answered by mail. That isn't passed on to the customer; write the answer in the ticket."
    ),
    "agent_gone": gettext_lazy(
        "It comes from an agent who no longer works here. Nothing was sent to the customer."
    ),
    "forged_token": gettext_lazy(
        "It comes from an agent's address with a reply mark that isn't ours. Nothing was sent to the customer."
    ),
    "agent_other": gettext_lazy(
        "An answer by mail bore the mark of an agent whose address it didn't come from. Nothing was sent to the customer."
    ),
    "agent_late": gettext_lazy(
        "An answer by mail came too late: its mark has expired. Write it in the ticket."
    ),
    "agent_unproved": gettext_lazy(
        "Nothing proves that an answer by mail was written by the agent (DKIM, DMARC). It was not sent; write it in the ticket."
    ),
    "agent_no_access": gettext_lazy(
        "An answer by mail came from an agent who may no longer see the ticket. Nothing was sent to the customer."
    ),
    "agent_closed": gettext_lazy(
        "An answer by mail came after the ticket was closed. It was not sent; write in the ticket if it still matters."
    ),
    "agent_meanwhile": gettext_lazy(
        "An answer by mail came after a colleague had answered, or into a live chat. It was not sent; look at the ticket."
    ),
    "agent_forwarded": gettext_lazy(
        "A notice was forwarded, or its answer not addressed to us. It was not sent; write the answer in the ticket."
    ),
    "agent_unclear": gettext_lazy(
        "It can't be told what of an answer by mail is the answer. It was not sent; write it in the ticket."
    ),
}
"""Why an agent's mail goes no further, by the word of the stored fault (`channels.faults`)."""


def sentence(kind: str, who: str, count: int, data: dict[str, Any]) -> str:
    """One line. `who` did it last ("" for the desk itself); `count` times since the reader looked."""
    language = get_language() or "en"
    words = {
        "who": isolate(who) if who else _("Pelekan"),
        "count": local_digits(str(count), language),
        "stars": local_digits(str(data.get("stars", "")), language),
    }
    if kind == Ring.ASSIGNED:
        return _("%(who)s gave you a ticket") % words
    if kind == Ring.ANSWERED and data.get("side") == "took":
        return _("%(who)s joined a ticket into yours, and its customer waits") % words
    if kind == Ring.ANSWERED:
        return ngettext("%(who)s wrote to you", "%(who)s wrote to you %(count)s times", count) % words
    if kind == Ring.CHAT:
        return _("A chat has come to you") % words
    if kind == Ring.MENTIONED:
        return (
            ngettext("%(who)s named you in a note", "%(who)s and others named you in %(count)s notes", count)
            % words
        )
    if kind == Ring.HANDED:
        return _("%(who)s passed a ticket to your team") % words
    if kind == Ring.FAILED:
        return (
            ngettext("Your answer could not be delivered", "%(count)s answers could not be delivered", count)
            % words
        )
    if kind == Ring.UNSENT:
        return str(REFUSED.get(data.get("why", ""), NAMES[Ring.UNSENT]))
    if kind == Ring.RATED and "helpful" in data:
        if data.get("words"):
            words["words"] = isolate(data["words"])
            return (
                _("Your answer helped %(who)s: “%(words)s”") % words
                if data["helpful"]
                else _("Your answer did not help %(who)s: “%(words)s”") % words
            )
        return (
            _("Your answer helped %(who)s") % words
            if data["helpful"]
            else _("Your answer did not help %(who)s") % words
        )
    if kind == Ring.RATED:
        return _("%(who)s gave %(stars)s of 5 stars") % words
    if kind == Ring.STEPS:
        return _("%(who)s has done all steps") % words
    if kind == Ring.REMARK:
        return (
            ngettext(
                "A reader says what your article lacks",
                "%(count)s readers say what your article lacks",
                count,
            )
            % words
        )
    if kind == Ring.COMMUNITY and "number" in data:
        return _("Questions in the community are still without an answer")
    if kind == Ring.COMMUNITY:
        return _("In the community a post waits for a look")
    if kind == Ring.ERASURE:
        return str(NAMES[Ring.ERASURE])
    if kind == Ring.DUE:
        _source, target, how = [*str(data.get("source", "")).split(":"), "", ""][:3]
        return str(CLOCKS.get((target, how), NAMES[Ring.DUE]))
    if kind == Ring.TOLD:
        said = data.get("text") or data.get("title", "")
        return isolate(said) if said else str(NAMES[Ring.TOLD])
    if kind == Ring.FRUSTRATED:
        if data.get("level") == "act":
            return _("A customer is frustrated: something should happen now")
        return _("A customer is getting impatient")
    if kind == Ring.PROMISE:
        if data.get("missed"):
            return _("A promise to a customer was not kept: “%(words)s”") % {"words": isolate(data["words"])}
        return _("A promise to a customer falls due: “%(words)s”") % {"words": isolate(data["words"])}
    if kind == Ring.FORGOTTEN:
        return _("Nothing forgotten: look at the list “%(list)s”") % {
            "list": str(FORGOTTEN.get(data.get("list", ""), ""))
        }
    if kind == Ring.ARTICLE:
        return str(ARTICLES.get(data.get("what", ""), NAMES[Ring.ARTICLE])) % words
    if kind == Ring.REFUSED:
        return _refused(data, language)
    if kind == Ring.NOBODY:
        return _("Nobody is free for a ticket: it waits in the queue")
    if "missing" in data:
        return _("Mail lies on the server that has not arrived here")
    if "arrival" in data:
        return (
            ngettext("A mail was set aside: it needs a person", "%(count)s mails were set aside", count)
            % words
        )
    if "webhook" in data:
        return _("The webhook “%(name)s” does not get through") % {"name": isolate(data.get("title", ""))}
    return _("An SMS gateway does not work") if "gateway" in data else _("A mailbox can't be read")


def _refused(data: dict[str, Any], language: str) -> str:
    """Which draft it was, whose, and the first thing that is wrong with it."""
    kind = data.get("kind", "")
    words = {
        "name": str(RulebookKind(kind).label) if kind in RulebookKind.values else "",
        "number": local_digits(str(data.get("number", "")), language),
        "why": isolate(next(iter(data.get("faults") or ()), "")),
    }
    said = _(
        "“%(name)s”: version %(number)s could not come into force as planned; nothing has changed. %(why)s"
    )
    return (said % words).strip()
