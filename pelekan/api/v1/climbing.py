"""The climb: to whom a ticket fits, its context pack, escalating, accepting, returning; calls and promises.

Reading needs `tickets:read`; the rest `tickets:work`, and is done in the name of the agent whose rights the token has, by the
same actions as on the desk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Status

from pelekan.api.once import once
from pelekan.api.problems import Problem
from pelekan.api.v1 import doors
from pelekan.api.v1.climb_shapes import (
    AcceptIn,
    CallDone,
    CallDrop,
    CallOut,
    CallPage,
    Goal,
    Moved,
    MoveIn,
    PackIn,
    PackOut,
    PromiseOut,
    ReturnIn,
    call_out,
    pack_out,
)
from pelekan.lib.text import clean_controls, one_line
from pelekan.people.models import Agent, Team, Tier
from pelekan.routing.things import team_of_tier
from pelekan.tickets import actions, calls
from pelekan.tickets.actions import NobodySent, PackMissing, WhyMissing
from pelekan.tickets.calls.models import TO_DO, Call, CallOutcome
from pelekan.tickets.events import action
from pelekan.tickets.models import Pack, Promise, Ticket
from pelekan.tickets.needs import WORKING, DoesNotFit, Needs, needs_of, skill_names, suits_of
from pelekan.tickets.packs.fields import BadLink
from pelekan.tickets.packs.filling import fill
from pelekan.tickets.states import NotPossible

router = Router(tags=["climb"])
Work = Callable[[Agent], tuple[int, dict[str, Any]]]


@router.get(
    "/tickets/{int:pk}/teams", response=list[Goal], summary="To whom a ticket can go, and who can do it"
)
def teams(request: HttpRequest, pk: int) -> Any:
    """All teams by steps; `fits` says whether anybody there has every skill that the ticket needs."""
    doors.needs(request, "tickets:read")
    ticket = doors.ticket(request, pk, "tier")
    rows = list(
        Team.objects.filter(archived_at=None).select_related("tier").order_by("tier__level", "name", "pk")
    )
    needed = needs_of(ticket)
    suits, names = suits_of([team.pk for team in rows], needed), _named(needed)
    return [
        {
            "id": team.pk, "name": team.name, "tier": team.tier.level, "here": team.pk == ticket.team_id,
            "fits": bool(suits[team.pk]), "able": len(suits[team.pk].able), "online": len(suits[team.pk].online),
            "needs": names, "asks": team.tier.asks if team.tier.level > ticket.tier.level else [],
        }
        for team in rows
    ]  # fmt: skip


def _named(needed: Needs) -> list[dict[str, Any]]:
    names = skill_names(needed)
    return [{"skill": names.get(skill, ""), "level": level} for skill, level in needed]


# The context pack


@router.get("/tickets/{int:pk}/pack", response=PackOut, summary="The context pack")
def pack(request: HttpRequest, pk: int) -> Any:
    """The newest version. Where there is none, `version` is null and the fields hold what the desk knows already."""
    doors.needs(request, "tickets:read")
    ticket = doors.ticket(request, pk)
    last = (
        Pack.objects.filter(ticket=ticket).select_related("made_by__user", "team").order_by("-number").first()
    )
    return pack_out(last, {} if last else fill(ticket), _asked_again(ticket))


@router.put("/tickets/{int:pk}/pack", response=PackOut, summary="A new version of the context pack")
def keep_pack(request: HttpRequest, pk: int, values: PackIn) -> Any:
    """Fields that are not named stay as they are. The same again makes no new version."""

    def work(by: Agent) -> tuple[int, dict[str, Any]]:
        ticket = doors.ticket(request, pk)
        last = ticket.packs.last()
        known = {name: getattr(last, name) for name in PackIn.model_fields} if last else {}
        actions.keep_pack(ticket, known | values.model_dump(exclude_unset=True), by=by)
        now = Pack.objects.filter(ticket=ticket).select_related("made_by__user", "team").order_by("-number")
        return 200, pack_out(now.first(), {}, _asked_again(ticket))

    return _work(request, work)


def _asked_again(ticket: Ticket) -> list[str]:
    return list(ticket.stays.filter(left_at=None).values_list("missing", flat=True).first() or [])


# Moving


@router.post(
    "/tickets/{int:pk}/escalate", response=Moved, summary="Escalate, return or hand over to another team"
)
def escalate(request: HttpRequest, pk: int, values: MoveIn) -> Any:
    """To a `team`, or to the team of a `tier` (its level) that suits. What climbs carries its pack: fields of `pack` stand over
    what the desk knows. 409 `does_not_fit` where nobody there has the skill; `despite` says why it goes there anyway. 422 names
    the fields of the pack that the tier asks for."""

    def work(by: Agent) -> tuple[int, dict[str, Any]]:
        ticket = doors.ticket(request, pk, "tier", "team", "inbox")
        goal = _goal(ticket, values)
        to = _colleague(values.to) if values.to else None
        if goal.pk == ticket.team_id and to is None:
            raise Problem(409, "The ticket is with this team already.", code="already_there")
        given = {**fill(ticket), **values.pack.model_dump(exclude_unset=True)} if values.pack else None
        if goal.tier.level > ticket.tier.level and given is None:
            given = fill(ticket)  # what the tier asks for is asked of programs too
        moved = actions.escalate(
            ticket, goal, by=by, because=values.why, to=to, pack=given, despite=values.despite
        )
        return 200, _moved(moved)

    return _work(request, work)


@router.post("/tickets/{int:pk}/accept", response=Moved, summary="Accept what was handed over")
def accept(request: HttpRequest, pk: int, values: AcceptIn | None = None) -> Any:
    """Takes it, where nobody has it. Accepting what waits for nobody changes nothing."""
    return _work(request, lambda by: (200, _moved(actions.accept(doors.ticket(request, pk), by=by))))


@router.post("/tickets/{int:pk}/return", response=Moved, summary="Return what was handed over, with a reason")
def send_back(request: HttpRequest, pk: int, values: ReturnIn) -> Any:
    """To who sent it, or to his team's queue. `missing` names the fields of the pack that he should fill."""

    def work(by: Agent) -> tuple[int, dict[str, Any]]:
        ticket = doors.ticket(request, pk)
        return 200, _moved(actions.send_back(ticket, by=by, because=values.why, missing=values.missing))

    return _work(request, work)


def _goal(ticket: Ticket, values: MoveIn) -> Team:
    if (values.team is None) == (values.tier is None):
        raise Problem(422, "Name either a team or a tier.", errors=[{"field": "team"}, {"field": "tier"}])
    if values.tier is not None:
        tier = Tier.objects.filter(level=values.tier, teams__archived_at=None, teams__isnull=False).first()
        if tier is None:
            raise Problem(422, "There is no such tier with a team.", errors=[{"field": "tier"}])
        return _suitable(ticket, tier)
    found = Team.objects.select_related("tier").filter(pk=values.team or 0, archived_at=None).first()
    if found is None:
        raise Problem(422, "There is no such team.", errors=[{"field": "team"}])
    return found


def _suitable(ticket: Ticket, tier: Tier) -> Team:
    """The tier's team that is meant for such tickets, if somebody there can do it; else the one where most can."""
    meant = team_of_tier(ticket, tier.pk)
    rows = list(
        Team.objects.select_related("tier").filter(tier=tier, archived_at=None).order_by("name", "pk")
    )
    suits = suits_of([team.pk for team in rows], needs_of(ticket))
    if suits[meant.pk]:
        return meant
    return max(rows, key=lambda team: (len(suits[team.pk].online), len(suits[team.pk].able), team == meant))


def _colleague(pk: int) -> Agent:
    found = Agent.objects.select_related("user").filter(WORKING, pk=pk).first()
    if found is None:
        raise Problem(422, "There is no such colleague.", errors=[{"field": "to"}])
    return found


def _moved(ticket: Ticket) -> dict[str, Any]:
    return {
        "id": ticket.pk, "number": ticket.number, "url": doors.url_of(ticket), "status": ticket.status,
        "tier": ticket.tier.level, "team": ticket.team.name, "assignee": ticket.assignee.name if ticket.assignee else None,
        "handed_at": ticket.handed_at.isoformat() if ticket.handed_at else None,
    }  # fmt: skip


# Calls and promises


@router.get("/calls", response=CallPage, summary="Customers who shall be phoned")
def open_calls(
    request: HttpRequest, limit: int = Query(100, ge=1, le=100), after: int = Query(0, ge=0, lt=2**63)
) -> Any:
    """The open call tasks, in the order in which they were asked for; `next` is for `after`."""
    doors.needs(request, "tickets:read")
    rows = Call.objects.filter(TO_DO, ticket__in=doors.tickets(request).values("pk"), pk__gt=after)
    found = list(rows.select_related("done_by__user", "proposed_by__user").order_by("pk")[: limit + 1])
    more = found[limit - 1].pk if len(found) > limit else None
    return {"items": [call_out(call) for call in found[:limit]], "next": more}


@router.get(
    "/tickets/{int:pk}/calls", response=list[CallOut], summary="The call tasks of a ticket, newest first"
)
def calls_of(request: HttpRequest, pk: int) -> Any:
    doors.needs(request, "tickets:read")
    rows = Call.objects.filter(ticket=doors.ticket(request, pk)).select_related(
        "done_by__user", "proposed_by__user"
    )
    return [call_out(call) for call in rows.order_by("-id")[:50]]


@router.post("/calls/{int:pk}/done", response=CallOut, summary="The customer was phoned")
def call_done(request: HttpRequest, pk: int, values: CallDone) -> Any:
    """Of two who say so the first is right: the answer shows what is kept."""

    def work(by: Agent) -> tuple[int, dict[str, Any]]:
        text = clean_controls(values.text)
        return 200, call_out(
            calls.done(_call(request, pk), by=by, outcome=CallOutcome(values.outcome), text=text)
        )

    return _work(request, work)


@router.post("/calls/{int:pk}/drop", response=CallOut, summary="Nobody needs to phone any more")
def call_drop(request: HttpRequest, pk: int, values: CallDrop) -> Any:
    def work(by: Agent) -> tuple[int, dict[str, Any]]:
        return 200, call_out(calls.drop(_call(request, pk), by=by, because=one_line(values.why, 250)))

    return _work(request, work)


def _call(request: HttpRequest, pk: int) -> Call:
    seen = Call.objects.filter(ticket__in=doors.tickets(request).values("pk")).select_related("ticket")
    found = seen.filter(pk=pk).first() if 0 < pk < 2**63 else None
    if found is None:
        raise Problem(404, "There is no call with this id.")
    return found


@router.get(
    "/tickets/{int:pk}/promises", response=list[PromiseOut], summary="What agents promised the customer"
)
def promises(request: HttpRequest, pk: int) -> Any:
    """By the time until which it was promised, the newest 50; `state` is standing, missed, kept or dropped."""
    doors.needs(request, "tickets:read")
    rows = Promise.objects.filter(ticket=doors.ticket(request, pk)).select_related("agent__user")
    return [
        {
            "id": one.pk, "words": one.words, "until": one.until_at, "made_at": one.made_at, "state": _state(one),
            "by": one.agent.name if one.agent else None, "kept_at": one.kept_at, "missed_at": one.missed_at,
            "dropped_at": one.dropped_at,
        }
        for one in reversed(rows.order_by("-until_at", "-id")[:50])
    ]  # fmt: skip


def _state(one: Promise) -> str:
    ended = "kept" if one.kept_at else "dropped" if one.dropped_at else ""
    return ended or ("missed" if one.missed_at else "standing")


# How


def _work(request: HttpRequest, work: Work) -> Any:
    """Do it once, in the name of the token's person; what the desk would tell him becomes a problem."""
    by = doors.worker(request)
    status, body = once(request, request.auth, lambda: _tried(work, by))  # type: ignore[attr-defined]
    return Status(status, body)


@action
def _tried(work: Work, by: Agent) -> tuple[int, dict[str, Any]]:
    try:
        return work(by)
    except WhyMissing:
        raise Problem(422, "Say why.", errors=[{"field": "why"}]) from None
    except DoesNotFit as fault:
        raise Problem(
            409, "Nobody there can do this. Choose another team, or say in `despite` why it goes there anyway.",
            code="does_not_fit", needs=_named(fault.suits.needs),
        ) from None  # fmt: skip
    except PackMissing as fault:
        errors = [{"field": f"pack.{name}"} for name in fault.fields]
        raise Problem(422, "This tier asks for more of the pack.", errors=errors) from None
    except BadLink:
        raise Problem(422, "This link can't be opened safely.", errors=[{"field": "pack.issue"}]) from None
    except NobodySent:
        raise Problem(
            409, "Nobody who could take it back has sent it here. Escalate it to a team.", code="nobody_sent"
        ) from None
    except NotPossible as fault:
        raise Problem(409, str(fault), code="not_possible") from None
