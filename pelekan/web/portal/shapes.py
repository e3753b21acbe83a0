"""A customer's request as the portal shows it: the same truth as at the desk, in the customer's words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from pelekan.lib.html import clean_rich
from pelekan.lib.text import initials
from pelekan.people.models import Tier
from pelekan.tickets import joined
from pelekan.tickets.guides import reading as guides
from pelekan.tickets.guides.sending import token_of
from pelekan.tickets.models import Attachment, Message, MessageKind, Ticket
from pelekan.tickets.notices import defaults
from pelekan.tickets.states import Status
from pelekan.web.files import links
from pelekan.web.reading import Reading
from pelekan.web.widget import talks

WINDOW = 40  # messages shown at once

STATUS_WORDS = {
    Status.NEW: gettext_lazy("Received"),
    Status.OPEN: gettext_lazy("In work"),
    Status.WAITING: gettext_lazy("Waiting for you"),
    Status.ON_HOLD: gettext_lazy("Paused"),
    Status.SOLVED: pgettext_lazy("request", "Solved"),
    Status.CLOSED: pgettext_lazy("request", "Closed"),
}
_KINDS = {
    Status.NEW: "accent", Status.OPEN: "info", Status.WAITING: "warning", Status.ON_HOLD: "", Status.SOLVED: "success",
    Status.CLOSED: "",
}  # fmt: skip
_SIGNS = {
    Status.NEW: "inbox", Status.OPEN: "circle-dot", Status.WAITING: "hourglass", Status.ON_HOLD: "circle-pause",
    Status.SOLVED: "circle-check", Status.CLOSED: "archive",
}  # fmt: skip


def promise_words(at: datetime, dates: Reading) -> str:
    """Until when a person answers."""
    language = dates.dates.language if dates.dates.language in defaults.PROMISE else "en"
    return defaults.said_of(defaults.PROMISE[language], dates.dates, at, dates.now)


def standing(ticket: Ticket, dates: Reading, promised: datetime | None = None) -> dict[str, Any]:
    """Where it stands: {"label", "kind", "sign", "who": us, you or nobody, "next" (a sentence)}. A joined one stands where
    the work on it does. `promised`: until when a person answers, if that was promised."""
    strange, ticket = joined.is_strange(ticket), joined.end_of(ticket)
    status = Status(ticket.status)
    who, sentence = "us", ""
    if strange and ticket.is_open:  # whom it waits for is between the desk and the other customer
        return {
            "label": STATUS_WORDS[Status.OPEN], "kind": _KINDS[Status.OPEN], "sign": _SIGNS[Status.OPEN],
            "who": who, "next": _("We are working on it."),
        }  # fmt: skip
    if status in (Status.NEW, Status.OPEN):
        if ticket.first_answer_at is None and promised is not None and promised < dates.now:
            sentence = _("It takes longer than we said. We are sorry, and on it.")
        elif ticket.handed_at is not None:
            sentence = _(
                "We passed it on to the right people, with all that you told us. They take it up next."
            )
        elif ticket.first_answer_at is None:
            sentence = promise_words(promised, dates) if promised else _("We have it and will answer.")
        elif ticket.waiting_since is not None:
            sentence = _("You wrote last: we answer.")
        else:
            sentence = _("We are working on it.")
    elif status == Status.WAITING:
        who, sentence = "you", _("We wait for your answer.")
    elif status == Status.ON_HOLD and ticket.hold_until is not None:
        sentence = _("It rests until %(date)s, then we go on.") % {"date": dates.date(ticket.hold_until)}
    elif status == Status.ON_HOLD:
        sentence = _("We wait for someone else and will tell you.")
    elif status == Status.SOLVED:
        who, sentence = "nobody", _("Solved. If it is not, answer and it opens again.")
    else:
        who, sentence = "nobody", _("Closed. If you answer, it becomes a new request.")
    return {
        "label": STATUS_WORDS[status],
        "kind": _KINDS[status],
        "sign": _SIGNS[status],
        "who": who,
        "next": sentence,
    }


def row(ticket: Ticket, dates: Reading) -> dict[str, Any]:
    """A line of "my requests"."""
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "preview": ticket.preview,
        "last_at": ticket.last_at,
        "url": reverse("portal_request", args=[ticket.number]),
        **standing(ticket, dates),
    }


MOST_PLACES = 4
"""More moves than these are left out of the middle: what counts is where it began and where it is."""


def _places(stays: Sequence[Mapping[str, Any]], levels: list[int]) -> list[dict[str, Any]]:
    """Where the request was, in the customer's words, moves within one step left out: [{"label", "entered_at", "level",
    "place" (of its first stay)}]. Nobody hears of a step that the desk does not have."""
    found: list[dict[str, Any]] = []
    first, top = (levels[0], levels[-1]) if levels else (0, 0)
    for place, stay in enumerate(stays):
        level = stay["tier__level"]
        if found and found[-1]["level"] == level:
            continue
        if level <= first:
            label = _("Back with our team") if found else _("With our team")
        elif level == top and len(levels) > 2:
            label = _("With the senior experts")
        else:
            label = (
                _("Back with the specialists")
                if found and found[-1]["level"] > level
                else _("With the specialists")
            )
        found.append({"label": label, "entered_at": stay["entered_at"], "level": level, "place": place})
    if len(found) > 1 and found[0]["level"] <= first:
        found = found[1:]  # "Registered" stands for the first line: everything begins there
    return found if len(found) <= MOST_PLACES else [found[0], *found[-(MOST_PLACES - 1) :]]


def stairs(ticket: Ticket, promised: datetime | None = None) -> list[dict[str, Any]]:
    """The way that the request has climbed, from its stays: [{"label", "done", "now", "current", "at" or None, "by"}].
    `now` is what is being done, `current` how far it is, `by` until when the answer was promised."""
    work = joined.end_of(ticket)
    stays = list(
        work.stays.order_by("id").values("tier__level", "entered_at", "first_answer_at")
    )  # fmt: skip
    levels = list(Tier.objects.filter(level__gte=1).order_by("level").values_list("level", flat=True))
    places = _places(stays, levels)
    last = places[-1] if places else None
    moved = last is not None and (len(places) > 1 or last["level"] > levels[0])
    since = last["entered_at"] if last is not None and moved else None
    here = (
        last["place"] if last is not None and moved else 0
    )  # what was answered elsewhere does not count here
    answers = [stay["first_answer_at"] for stay in stays[here:] if stay["first_answer_at"]]
    answered = answers[-1] if answers else None
    settled = work.status in (Status.SOLVED, Status.CLOSED)
    steps: list[dict[str, Any]] = [
        {"label": _("Registered"), "done": True, "at": ticket.registered_at},
        *({"label": place["label"], "done": True, "at": place["entered_at"]} for place in places[:-1]),
        {
            "label": last["label"] if last else _("With our team"),
            "done": answered is not None or settled,
            "now": answered is None and not settled,
            "at": since or ticket.registered_at,
        },
        {"label": _("Answered"), "done": answered is not None, "at": answered, "by": promised if answered is None and not settled else None},
        {
            "label": STATUS_WORDS[Status.CLOSED] if work.status == Status.CLOSED and not work.solved_at else STATUS_WORDS[Status.SOLVED],
            "done": settled,
            "at": (work.solved_at or work.closed_at) if settled else None,
        },
    ]  # fmt: skip
    furthest = max(place for place, step in enumerate(steps) if step["done"] or step.get("now"))
    for place, step in enumerate(steps):
        step["current"] = place == furthest
    return steps


def timeline(
    ticket: Ticket, dates: Reading, *, before: int = 0, signed: bool = False, reader: int = 0
) -> dict[str, Any]:
    """Public messages of all conversations, oldest first: {"items", "first", "last", "earlier"}.

    `signed` puts keys on the files, for readers without a session; `reader` is the customer who is "You"."""
    rows = joined.public(ticket).select_related("agent__user", "customer").order_by("-id")
    if before:
        rows = rows.filter(id__lt=before)
    found = list(rows[: WINDOW + 1])
    earlier, found = len(found) > WINDOW, found[:WINDOW][::-1]
    files = _files(found, dates, signed)
    led = [message.pk for message in found if "guide" in message.meta]
    steps = guides.of_messages(led) if led else {}
    items: list[dict[str, Any]] = []
    day = ""
    for message in found:
        if (today := dates.day(message.created_at)) != day:
            day = today
            items.append({"shape": "day", "text": today})
        items.append({**_message(message, files, reader), "guide": guided(message, steps.get(message.pk))})
    return {
        "items": items,
        "first": found[0].pk if found else 0,
        "last": found[-1].pk if found else 0,
        "earlier": earlier,
    }


def _message(message: Message, files: dict[int, list[dict[str, Any]]], reader: int) -> dict[str, Any]:
    mine = message.kind == MessageKind.INCOMING
    name = (message.customer.name if message.customer else "") if mine else ""
    if message.agent is not None:
        name = message.agent.name
    elif message.meta.get("bot"):
        name = message.meta["bot"]["name"]
    return {
        "shape": "message",
        "id": message.pk,
        "mine": mine,
        "automatic": message.automatic,
        "bot": talks.bubble(message) if message.meta.get("bot") else None,
        "you": mine and message.customer_id in (None, reader),
        "name": name or (_("You") if mine else ""),
        "initials": initials(name),
        "hue": message.agent_id or message.customer_id or 0,
        "text": message.text,
        # what came in from outside as HTML is shown by its text: it is the customer's own and needs no look
        "html": clean_rich(message.html) if message.html and not mine else "",
        "at": message.created_at,
        "channel": message.channel,
        "can_rate": message.agent_id is not None and not mine and not message.automatic,
        "rated": message.meta.get("rated"),
        "files": files.get(message.pk, []),
    }


def guided(message: Message, steps: dict[str, Any] | None) -> dict[str, Any] | None:
    """The steps of a message, with what stands above them and where they are ticked."""
    if steps is None:
        return None
    address = reverse("portal_steps", args=[token_of(message.pk)])
    return {**steps, "intro": message.meta["guide"].get("intro", ""), "url": address}


def _files(found: list[Message], dates: Reading, signed: bool) -> dict[int, list[dict[str, Any]]]:
    by_message = defaultdict(list)
    for attachment in Attachment.objects.filter(message__in=found).order_by("id") if found else ():
        shape = links.row(attachment, signed=signed)
        assert attachment.message_id is not None
        by_message[attachment.message_id].append({**shape, "size": dates.size(attachment.size)})
    return dict(by_message)
