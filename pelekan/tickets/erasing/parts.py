"""What the rooms of people and tickets hold of a customer, and how it goes.

What he wrote, what was answered and what colleagues noted is emptied, not masked: nobody can tell which words of a text
say who wrote it. What stays are rows without words, so that the figures of the desk stay true: that there was a request,
when, of what kind, at which step, how long it took, and how many stars it got.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q

from pelekan.lib import files
from pelekan.lib.search import index
from pelekan.people.models import Customer
from pelekan.tickets import search
from pelekan.tickets.actions.settling import close
from pelekan.tickets.erasing.carrying import Do, Part, Whose
from pelekan.tickets.events import lock
from pelekan.tickets.guides.models import SentGuide
from pelekan.tickets.models import (
    Attachment,
    Call,
    Conversation,
    Decision,
    Draft,
    Event,
    Follower,
    Issue,
    Message,
    Mood,
    Notice,
    NoticeChoice,
    Pack,
    Participant,
    Pending,
    Promise,
    Rating,
    Stay,
    Takeout,
    Ticket,
    WebhookCall,
)
from pelekan.tickets.mydata import making
from pelekan.tickets.states import Act, possible

KEPT_OF_MESSAGES = ("notice", "kinds", "solving", "verify")
"""Of `Message.meta`: by what the desk's own messages are counted."""
CODE = re.compile(r"[a-z][a-z0-9_.:-]{0,39}")
SPEAKING = frozenset(
    {"customer", "name", "subject", "title", "words", "text", "address", "recipient", "before", "after", "url", "number_to"}
)  # fmt: skip
"""Keys of events' data whose values are words of people, even where they look like one of ours."""


def _gone(model: Any) -> Do:
    def do(_whose: Whose, ids: list[int], _now: datetime) -> None:
        model._default_manager.filter(pk__in=ids).delete()

    return do


def _empty(model: Any, **values: Any) -> Do:
    def do(_whose: Whose, ids: list[int], _now: datetime) -> None:
        model._default_manager.filter(pk__in=ids).update(**values)

    return do


def _messages(_whose: Whose, ids: list[int], _now: datetime) -> None:
    rows = list(Message.objects.filter(pk__in=ids).only("pk", "meta"))
    for row in rows:
        kept = {name: row.meta[name] for name in KEPT_OF_MESSAGES if name in row.meta}
        if "rated" in row.meta:
            kept["rated"] = {**row.meta["rated"], "words": ""}
        row.meta = {**kept, "erased": True}
        row.text = row.html = row.quoted = ""
    Message.objects.bulk_update(rows, ["meta", "text", "html", "quoted"])
    index(search.INDEX).drop(ids)


def _files(_whose: Whose, ids: list[int], _now: datetime) -> None:
    rows = Attachment.objects.filter(pk__in=ids)
    for path in rows.values_list("path", flat=True):
        files.remove(
            path, settings.MEDIA_ROOT
        )  # first: a row without its file is found again, a file alone is not
    rows.delete()


def _takeouts(_whose: Whose, ids: list[int], _now: datetime) -> None:
    rows = Takeout.objects.filter(pk__in=ids)
    for path in rows.exclude(path="").values_list("path", flat=True):
        Path(making.folder() / path).unlink(missing_ok=True)
    rows.delete()


def _tickets(_whose: Whose, ids: list[int], now: datetime) -> None:
    """What is open ends: nobody is left who waits for an answer."""
    Ticket.objects.filter(pk__in=ids).update(
        subject="", subject_folded="", preview="", reasons=[], organization=None
    )
    for row in Ticket.objects.filter(pk__in=ids).select_related("customer"):
        if row.joined_into_id is None and row.status != "closed" and Act.CLOSE in possible(row.status):
            close(lock(row.pk), by=row.customer, because="erased on request", now=now)


def _events(_whose: Whose, ids: list[int], _now: datetime) -> None:
    """The one place where the log is changed: its rows stay, the words of people in them go."""
    rows = list(Event.objects.filter(pk__in=ids).only("pk", "data", "because", "agent", "topics"))
    for row in rows:
        row.data = {name: value for name, value in row.data.items() if _says_nothing(name, value)}
        if row.agent_id is not None:
            row.because = ""  # what an agent wrote
    Event.objects.bulk_update(rows, ["data", "because"])


def _says_nothing(name: str, value: Any) -> bool:
    """Whether a value of an event is a figure or a word of ours."""
    if isinstance(value, str):
        return name not in SPEAKING and bool(CODE.fullmatch(value) or _is_moment(value))
    if isinstance(value, list):
        return all(_says_nothing(name, one) for one in value)
    if isinstance(value, dict):
        return all(_says_nothing(key, one) for key, one in value.items())
    return True


def _is_moment(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _uploads(whose: Whose) -> Q:
    keys = [f"customer:{pk}" for pk in whose.customers]
    keys += [f"conversation:{pk}" for pk in whose.talks().values_list("pk", flat=True)]
    return Q(upload_key__in=keys) if len(keys) < 500 else Q(upload_key__in=keys[:500])


def _happened(whose: Whose) -> Any:
    return Event.objects.filter(
        Q(ticket__in=whose.tickets())
        | Q(customer__in=whose.customers)
        | Q(message__conversation__in=whose.talks())
    )


_NO_PACK = {
    "problem": "", "environment": "", "tried": [], "promised": [], "questions": [], "reproduction": "", "draft": "",
}  # fmt: skip

PARTS = [
    Part("pending", _gone(Pending), lambda whose: Pending.objects.filter(ticket__in=whose.tickets())),
    Part("drafts", _gone(Draft), lambda whose: Draft.objects.filter(ticket__in=whose.tickets())),
    Part("files", _files, lambda whose: Attachment.objects.filter(
        Q(message__conversation__in=whose.talks()) | Q(message__customer__in=whose.customers) | _uploads(whose)
    )),
    Part("guides", _empty(SentGuide, stuck={}), lambda whose: SentGuide.objects.filter(message__conversation__in=whose.talks())),
    Part("messages", _messages, lambda whose: Message.objects.filter(Q(conversation__in=whose.talks()) | Q(customer__in=whose.customers))),
    Part("conversations", _empty(Conversation, subject="", context={}), lambda whose: whose.talks()),
    Part(
        "participants", _gone(Participant),
        lambda whose: Participant.objects.filter(Q(conversation__in=whose.talks()) | Q(address__in=whose.named("email"))),
    ),
    Part("calls", _empty(Call, because="", script="", number="", text=""), lambda whose: Call.objects.filter(ticket__in=whose.tickets())),
    Part("promises", _empty(Promise, words="", due_at=None), lambda whose: Promise.objects.filter(ticket__in=whose.tickets())),
    Part("packs", _empty(Pack, **_NO_PACK), lambda whose: Pack.objects.filter(ticket__in=whose.tickets())),
    Part("issues", _gone(Issue), lambda whose: Issue.objects.filter(ticket__in=whose.tickets())),
    Part("moods", _gone(Mood), lambda whose: Mood.objects.filter(ticket__in=whose.tickets())),
    Part("ratings", _empty(Rating, words=""), lambda whose: Rating.objects.filter(Q(customer__in=whose.customers) | Q(ticket__in=whose.tickets()))),
    Part("decisions", _gone(Decision), lambda whose: Decision.objects.filter(ticket__in=whose.tickets())),
    Part("stays", _empty(Stay, why="", despite=""), lambda whose: Stay.objects.filter(ticket__in=whose.tickets())),
    Part("calls out", _gone(WebhookCall), lambda whose: WebhookCall.objects.filter(ticket__in=whose.tickets())),
    Part("takeouts", _takeouts, lambda whose: Takeout.objects.filter(customer__in=whose.customers)),
    Part("followers", _gone(Follower), lambda whose: Follower.objects.filter(Q(customer__in=whose.customers) | Q(ticket__in=whose.tickets()))),
    Part("choices", _gone(NoticeChoice), lambda whose: NoticeChoice.objects.filter(customer__in=whose.customers)),
    Part("tickets", _tickets, lambda whose: whose.tickets(), at_once=20),
]  # fmt: skip
"""In this order: nothing goes out any more, the words go, what was open ends."""


def _nothing(_whose: Whose, _ids: list[int], _now: datetime) -> None:
    pass


LAST = [
    Part("words", _nothing, sweep=lambda first: index(search.INDEX).sweep(first)),
    Part("notices", _gone(Notice), lambda whose: Notice.objects.filter(ticket__in=whose.tickets(), due_at__isnull=False)),
    Part("told", _gone(WebhookCall), lambda whose: WebhookCall.objects.filter(ticket__in=whose.tickets())),
    Part("log", _events, _happened),
]  # fmt: skip
"""What the ending of his requests wrote goes too; the log last."""


def holds_anything(customer: Customer) -> bool:
    """Whether there is anything left to be erased."""
    return bool(customer.name) or customer.identities.exists() or customer.tickets.exists()
