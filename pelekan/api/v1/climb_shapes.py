"""The nouns of the climb: packs, moves, calls, promises, clocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from pelekan.api.v1.shapes import Strict
from pelekan.tickets.calls.models import Call
from pelekan.tickets.models import Pack
from pelekan.tickets.packs.fields import FIELDS, LISTS, LONGEST, LONGEST_LINE, LONGEST_TEXT, MOST_LINES

Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT)]
Lines = Annotated[
    list[Annotated[str, StringConstraints(max_length=LONGEST_LINE)]], Field(max_length=MOST_LINES)
]
FieldName = Literal[
    "problem", "tried", "promised", "questions", "environment", "reproduction", "version", "issue"
]


class PackIn(Strict):
    """What travels with a ticket. What is not named stays as the desk knows it."""

    problem: Text = ""
    tried: Lines = []
    promised: Lines = []
    questions: Lines = []
    environment: Text = ""
    reproduction: Text = ""
    version: Annotated[str, StringConstraints(max_length=LONGEST["version"])] = ""
    issue: Annotated[str, StringConstraints(max_length=LONGEST["issue"])] = ""


class PackOut(Schema):
    version: int | None  # None: nothing is written yet, these are suggestions
    made_at: datetime | None
    made_by: str | None
    team: str | None
    missing: list[str]  # what whoever returned it asks for
    fields: dict[str, str | list[str]]


def pack_out(pack: Pack | None, known: Mapping[str, Any], missing: list[str]) -> dict[str, Any]:
    """A version of the pack, or what is `known` where there is none."""
    return {
        "version": pack.number if pack else None,
        "made_at": pack.made_at.isoformat() if pack else None,
        "made_by": pack.made_by.name if pack and pack.made_by else None,
        "team": pack.team.name if pack and pack.team else None,
        "missing": missing,
        "fields": {
            name: getattr(pack, name) if pack else known.get(name, [] if name in LISTS else "")
            for name in FIELDS
        },
    }


class Need(Schema):
    skill: str
    level: int  # 1 learning, 2 able, 3 expert


class Goal(Schema):
    """A team that a ticket can go to."""

    id: int
    name: str
    tier: int
    here: bool  # the ticket is with it
    fits: bool
    able: int  # people who can do what it needs
    online: int  # of these, on line
    needs: list[Need]
    asks: list[str]  # fields of the pack that must be filled on the way there


class MoveIn(Strict):
    """Either a team (its id) or a tier (its level)."""

    team: Annotated[int, Field(ge=1, lt=2**31)] | None = None
    tier: Annotated[int, Field(ge=0, le=99)] | None = None
    why: Why
    to: Annotated[int, Field(ge=1, lt=2**31)] | None = None  # an agent
    pack: PackIn | None = None
    despite: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000)] = ""


class AcceptIn(Strict):
    """Nothing needs to be said."""


class ReturnIn(Strict):
    why: Why
    missing: Annotated[list[FieldName], Field(max_length=8)] = []


class Moved(Schema):
    """Where a ticket is now."""

    id: int
    number: int | None
    url: str
    status: str
    tier: int
    team: str
    assignee: str | None
    handed_at: datetime | None  # since when it waits to be accepted


class CallDone(Strict):
    outcome: Literal["answered", "no_answer", "busy", "wrong_number", "other"]
    text: Annotated[str, StringConstraints(max_length=4_000)] = ""


class CallDrop(Strict):
    why: Annotated[str, StringConstraints(max_length=250)] = ""


class CallOut(Schema):
    id: int
    ticket: int
    because: str
    script: str
    number: str
    proposed_at: datetime
    proposed_by: str | None
    due_at: datetime | None
    done_at: datetime | None
    done_by: str | None
    outcome: str  # "" while it is open, and when it was dropped
    text: str


class CallPage(Schema):
    items: list[CallOut]
    next: int | None


def call_out(call: Call) -> dict[str, Any]:
    return {
        "id": call.pk, "ticket": call.ticket_id, "because": call.because, "script": call.script, "number": call.number,
        "proposed_at": call.proposed_at.isoformat(), "proposed_by": call.proposed_by.name if call.proposed_by else None,
        "due_at": call.due_at.isoformat() if call.due_at else None,
        "done_at": call.done_at.isoformat() if call.done_at else None,
        "done_by": call.done_by.name if call.done_by else None, "outcome": call.outcome, "text": call.text,
    }  # fmt: skip


class PromiseOut(Schema):
    id: int
    words: str
    until: datetime
    state: str
    made_at: datetime
    by: str | None
    kept_at: datetime | None
    missed_at: datetime | None
    dropped_at: datetime | None
