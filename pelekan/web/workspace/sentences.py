"""What happened, as one sentence in the reader's language; names stand isolated, so mixed text keeps its order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pelekan.channels.faults import in_words
from pelekan.lib.text import isolate
from pelekan.tickets.actions.joining import SPOKEN
from pelekan.tickets.models import Channel
from pelekan.web.reading import Reading
from pelekan.web.sla_words import target_name


class Names:
    """Names of what events point to by id: {"agent": {5: "Sara"}, "team": …, "category": …}."""

    def __init__(self, known: dict[str, dict[int, str]]) -> None:
        self.known = known

    def __call__(self, kind: str, pk: Any) -> str:
        name = self.known.get(kind, {}).get(pk) if pk is not None else None
        return isolate(name) if name else "—"


def sentence(name: str, who: str, data: dict[str, Any], names: Names, dates: Reading) -> str:
    """One line of history. `who` is the actor's name, "" for the desk itself."""
    words = {
        "who": isolate(who) if who else _("Pelekan"),
        "agent": names("agent", data.get("agent")),
        "agent_before": names("agent", data.get("agent_before")),
        "team": names("team", data.get("team")),
        "team_before": names("team", data.get("team_before")),
        "tag": isolate(str(data.get("tag", ""))),
        "before": isolate(str(data.get("subject_before", ""))),
        "category": names("category", data.get("category")),
        "number": isolate("#" + dates.digits(data.get("number", ""))),
        "channel": _channel(data.get("channel", "")),
        "until": _until(data.get("until"), dates),
        "waited": dates.span(timedelta(seconds=data.get("waited", 0) or 0)),
        "priority": _priority(data.get("priority")),
        "priority_before": _priority(data.get("priority_before")),
        "customer": isolate(str(data.get("customer", "")) or "—"),
        "inbox": isolate(str(data.get("inbox", ""))),
        "recipient": isolate(str(data.get("recipient", ""))),
        "fault": in_words(str(data.get("fault", ""))),
        "target": target_name(str(data.get("target", ""))),
        "length": dates.hours(timedelta(minutes=data.get("minutes") or 0)),
        "length_before": dates.hours(timedelta(minutes=data.get("minutes_before") or 0)),
        "version": dates.digits(data.get("version", "")),
        "url": isolate(str(data.get("url", ""))),
        "skill": isolate(str(data.get("skill", ""))),
        "stars": dates.digits(data.get("stars", "")),
        "words": isolate(str(data.get("words", ""))),
        "step": dates.digits(data.get("step", "")),
        "total": dates.digits(data.get("total", "")),
        "title": isolate(str(data.get("title", ""))),
    }
    say = _SENTENCES.get(name)
    return (say(data) % words) if say else ""


def _channel(value: str) -> str:
    return str(dict(Channel.choices).get(value, value))


def _until(value: str | None, dates: Reading) -> str:
    return dates.moment(datetime.fromisoformat(value)) if value else ""


def _priority(level: Any) -> str:
    return {1: _("Low"), 2: _("Normal"), 3: _("High"), 4: _("Urgent")}.get(level, "")


def _assigned(data: dict[str, Any]) -> str:
    if data.get("agent_before"):
        return _("%(who)s gave the ticket from %(agent_before)s to %(agent)s")
    return _("%(who)s gave the ticket to %(agent)s")


def _handed_over(data: dict[str, Any]) -> str:
    if "team" in data:
        return _("%(who)s handed over from %(team_before)s to %(team)s")
    return _("%(who)s handed over to %(agent)s")


def _returned(data: dict[str, Any]) -> str:
    if data.get("agent") and data.get("team") == data.get("team_before"):
        return _("%(who)s returned it to %(agent)s")
    return _("%(who)s returned from %(team_before)s to %(team)s")


def _overridden(data: dict[str, Any]) -> str:
    if data.get("agent"):
        return _("%(who)s chose %(agent)s, who lacks the skill %(skill)s")
    if data.get("skill"):
        return _("%(who)s chose %(team)s, where nobody has the skill %(skill)s")
    return _("%(who)s chose %(team)s, where nobody works")


def _registered(data: dict[str, Any]) -> str:
    return _("%(who)s registered this as ticket %(number)s")


def _held(data: dict[str, Any]) -> str:
    if data.get("until"):
        return _("%(who)s put the ticket on hold until %(until)s")
    return _("%(who)s put the ticket on hold")


def _assessed(data: dict[str, Any]) -> str:
    if data.get("suggested"):
        return _("The desk suggests another priority: %(priority_before)s became %(priority)s")
    if data.get("confirmed"):
        return _("%(who)s confirmed the priority %(priority)s")
    if data.get("priority") != data.get("priority_before"):
        return _("%(who)s assessed it: priority %(priority_before)s became %(priority)s")
    return _("%(who)s assessed it: the priority stays %(priority)s")


def _rated(data: dict[str, Any]) -> str:
    if data.get("words"):
        return _("%(who)s gave %(stars)s of 5 stars: “%(words)s”")
    return _("%(who)s gave %(stars)s of 5 stars")


def _answer_rated(data: dict[str, Any]) -> str:
    if data.get("words"):
        return (
            _("%(who)s says that the answer helped: “%(words)s”")
            if data.get("helpful")
            else _("%(who)s says that the answer did not help: “%(words)s”")
        )
    return (
        _("%(who)s says that the answer helped")
        if data.get("helpful")
        else _("%(who)s says that the answer did not help")
    )


def _categorised(data: dict[str, Any]) -> str:
    if data.get("category") is None:
        return _("%(who)s took the category off")
    return _("%(who)s chose the category %(category)s")


def _joined(data: dict[str, Any]) -> str:
    if data.get("side") == "left":
        if data.get("number"):
            return _("%(who)s joined this ticket into %(number)s")
        return _("%(who)s joined this ticket into one without a number")
    if data.get("number"):
        return _("%(who)s joined ticket %(number)s into this one")
    return _("%(who)s joined a ticket without a number into this one")


def _parted(data: dict[str, Any]) -> str:
    if data.get("side") == "left":
        return _("%(who)s undid the join: this ticket stands for itself again")
    if data.get("number"):
        return _("%(who)s undid the join of ticket %(number)s")
    return _("%(who)s undid the join of a ticket without a number")


def _split(data: dict[str, Any]) -> str:
    if data.get("side") == "left":
        return _("%(who)s split this off from ticket %(number)s")
    return _("%(who)s split a message off as ticket %(number)s")


def _is_text(data: dict[str, Any]) -> bool:
    return data.get("channel") == "sms"


def _silenced(data: dict[str, Any]) -> str:
    if data["why"] == "complained":
        return _("No automatic mail to %(recipient)s: mail of ours was reported as spam there")
    return _("No automatic mail to %(recipient)s: mail comes back from there")


def _called(data: dict[str, Any]) -> str:
    return {
        "answered": _("%(who)s called the customer and reached him or her"),
        "no_answer": _("%(who)s called the customer: no answer"),
        "busy": _("%(who)s called the customer: busy"),
        "wrong_number": _("%(who)s called: the number is wrong"),
    }.get(str(data.get("outcome")), _("%(who)s called the customer"))


# Sentences are looked up when they are needed: the language is that of the request.
_SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "ticket.created": lambda data: _("%(who)s got in touch (%(channel)s)"),
    "ticket.registered": _registered,
    "ticket.assigned": _assigned,
    "ticket.taken": lambda data: _("%(who)s took the ticket"),
    "ticket.released": lambda data: _("%(who)s put the ticket back into the queue"),
    "ticket.escalated": lambda data: _("%(who)s escalated from %(team_before)s to %(team)s"),
    "ticket.returned": _returned,
    "ticket.handed_over": _handed_over,
    "ticket.accepted": lambda data: _("%(who)s accepted it after %(waited)s"),
    "ticket.overridden": _overridden,
    "ticket.packed": lambda data: _("%(who)s wrote the context pack, version %(version)s"),
    "ticket.issue_linked": lambda data: _("%(who)s linked it to %(url)s"),
    "ticket.issue_unlinked": lambda data: _("%(who)s took the link to %(url)s off"),
    "ticket.waited": lambda data: _("%(who)s waits for the customer"),
    "ticket.held": _held,
    "ticket.resumed": lambda data: _("%(who)s took the ticket off hold"),
    "ticket.solved": lambda data: _("%(who)s solved the ticket"),
    "ticket.reopened": lambda data: _("%(who)s reopened the ticket"),
    "ticket.closed": lambda data: _("%(who)s closed the ticket"),
    "ticket.assessed": _assessed,
    "ticket.causes_set": lambda data: _("%(who)s changed the further causes"),
    "ticket.categorised": _categorised,
    "ticket.renamed": lambda data: _("%(who)s changed the subject; it was %(before)s"),
    "ticket.tagged": lambda data: _("%(who)s added the tag %(tag)s"),
    "ticket.untagged": lambda data: _("%(who)s removed the tag %(tag)s"),
    "ticket.given": lambda data: _("%(who)s made it the request of %(customer)s"),
    "ticket.joined": _joined,
    "ticket.parted": _parted,
    "ticket.split": _split,
    "ticket.hint_refused": lambda data: _("%(who)s said that this does not belong to ticket %(number)s"),
    "mail.cross_posted": lambda data: _("The same mail came to %(inbox)s too"),
    "ticket.routed": lambda data: _("A rule sent it to %(team)s"),
    "ticket.nobody_free": lambda data: _("Nobody of %(team)s was free: it waits in the queue"),
    "ticket.told": lambda data: _("Colleagues were told"),
    "ticket.rule_looped": lambda data: _("An automation was stopped: it had set itself off"),
    "ticket.loop_stopped": lambda data: _("Automatic steps were stopped: they kept setting each other off"),
    "chat.accepted": lambda data: _("%(who)s accepted the chat after %(waited)s"),
    "chat.transferred": lambda data: _("%(who)s transferred the chat to %(agent)s"),
    "chat.ended": lambda data: _("%(who)s ended the chat"),
    "bot.left": lambda data: _("The bot handed the chat over to people"),
    "conversation.started": lambda data: _("%(who)s opened a conversation: %(channel)s"),
    "delivery.failed": lambda data: (
        _("The text message to %(recipient)s could not be delivered. %(fault)s")
        if _is_text(data)
        else _("The mail to %(recipient)s could not be delivered. %(fault)s")
    ),
    "delivery.delayed": lambda data: (
        _("The text message to %(recipient)s is late. %(fault)s")
        if _is_text(data)
        else _("The mail to %(recipient)s is late. %(fault)s")
    ),
    "delivery.unknown": lambda data: (
        _("The text message to %(recipient)s may have been sent. %(fault)s")
        if _is_text(data)
        else _("The mail to %(recipient)s may have been sent. %(fault)s")
    ),
    "delivery.complained": lambda data: _("%(recipient)s reported this mail as spam"),
    "address.unmarked": lambda data: _("Mail goes to %(recipient)s again without a warning"),
    "delivery.silenced": lambda data: (
        _silenced(data)
        if data.get("why")
        else _("No automatic text message to %(recipient)s: there were too many already")
        if _is_text(data)
        else _("No automatic mail to %(recipient)s: there were too many already")
    ),
    "delivery.stopped": lambda data: (
        _("%(who)s stopped the text message to %(recipient)s")
        if _is_text(data)
        else _("%(who)s stopped the mail to %(recipient)s")
    ),
    "delivery.resent": lambda data: (
        _("%(who)s sent the text message to %(recipient)s again")
        if _is_text(data)
        else _("%(who)s sent the mail to %(recipient)s again")
    ),
    "ticket.links_ended": lambda data: _("%(who)s ended the links that open this ticket from its mails"),
    "texts.stopped": lambda data: _("The customer wants no more text messages to %(recipient)s"),
    "texts.started": lambda data: _("The customer wants text messages to %(recipient)s again"),
    "ticket.rated": _rated,
    "answer.rated": _answer_rated,
    "ticket.kept_private": lambda data: _("%(who)s keeps this request from colleagues"),
    "ticket.shared": lambda data: _("%(who)s lets colleagues see this request"),
    "ticket.frustrated": lambda data: (
        _("The customer is frustrated")
        if data.get("level") == "act"
        else _("The customer is getting impatient")
    ),
    "ticket.calmed": lambda data: _("%(who)s took the mark of frustration off"),
    "promise.missed": lambda data: _("A promise was not kept in time: “%(words)s”"),
    "promise.moved": lambda data: _("%(who)s moved the promise “%(words)s” to %(until)s"),
    "promise.dropped": lambda data: _("%(who)s said that “%(words)s” is no promise any more"),
    "message.undelivered": lambda data: _(
        "The answer reached nobody: the customer waits again since he asked"
    ),
    "timer.breached": lambda data: _("Overdue: %(target)s"),
    "timer.replanned": lambda data: _("%(target)s: the target is %(length)s now; it was %(length_before)s"),
    "call.proposed": lambda data: _("%(who)s asked that someone calls the customer"),
    "call.done": _called,
    "call.dropped": lambda data: _("%(who)s said that no call is needed any more"),
    "guide.stuck": lambda data: _("%(who)s is stuck at step %(step)s of %(total)s: “%(title)s”"),
    "card.opened": lambda data: _("%(who)s opened the article “%(title)s”"),
    "guide.finished": lambda data: _("All %(total)s steps are ticked: “%(title)s”"),
    "message.crossed": lambda data: _("The customer wrote while this answer was about to go: he still waits"),
    "message.released": lambda data: _("%(who)s released a held message"),
}

SHOWN = [*_SENTENCES, *SPOKEN]
"""The events of a timeline; others of a ticket are for machines."""


_GIVEN: dict[str, Callable[[], str]] = {
    "knows_customer": lambda: _("knows this customer"),
    "skilled": lambda: _("has the skill"),
    "speaks": lambda: _("speaks the language"),
    "longest_without": lambda: _("it was his or her turn"),
    "least_busy": lambda: _("has the least to do"),
    "only_one": lambda: _("is the only one who can take it now"),
}


_BOOKS: dict[str, Callable[[], str]] = {
    "rule": lambda: _("rule “%(name)s”"),
    "automation": lambda: _("automation “%(name)s”"),
    "level": lambda: _("service level “%(name)s”"),
}


def reason(because: str) -> str:
    """Why it happened. What a person wrote stays as it is; the desk's own reasons are translated."""
    kind, _sep, rest = because.partition(": ")
    if kind in _BOOKS and rest:
        return _BOOKS[kind]() % {"name": isolate(rest)}
    if kind == "given" and rest:
        return _("by the desk: %(reasons)s") % {
            "reasons": pgettext("list", ", ").join(_GIVEN[one]() for one in rest.split(",") if one in _GIVEN)
        }
    own = {
        "accepted the chat": "",
        "answered": _("by answering"),
        "registered": "",
        "wrote what was forwarded": _("because he or she wrote what was forwarded"),
        "notice": "",
        "joined": _("because a ticket was joined into it"),
        "split": "",
        "by mail": _("by mail"),
        "the customer says that it is solved": _("the customer says that it is solved"),
        "the customer says that it is not solved": _("the customer says that it is not solved"),
        "a problem report": _("a problem was reported by the form"),
        "the chat did not solve it, says the customer": _("the customer says that the chat did not solve it"),
        "really solved": _("the customer says that it is really solved"),
        "the customer wrote": _("because the customer wrote"),
        "chat": "", "email": "", "form": "", "portal": "", "phone": "", "sms": "", "api": "",
        "accepted by itself": _("auto-accept: the least busy of those who are online"),
    }  # fmt: skip
    return own.get(because, because)
