"""Rule sets by the API: read, replace, try. Only for tokens that an admin has made for it."""

from __future__ import annotations

import logging
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import translation
from ninja import Router, Schema, Status
from pydantic import StringConstraints

from pelekan.api.once import once
from pelekan.api.problems import Problem
from pelekan.api.v1.shapes import Strict
from pelekan.people.access import can
from pelekan.people.models import Agent
from pelekan.tickets import rulebooks
from pelekan.tickets.events import action
from pelekan.tickets.models import Rulebook
from pelekan.tickets.rulebooks.models import RulebookKind
from pelekan.tickets.rulebooks.refusing import refuse

router = Router(tags=["rules"])
security = logging.getLogger("pelekan.security")


class BookOut(Schema):
    """A version of a rule set. `number` None: none was ever put in force."""

    kind: str
    number: int | None
    state: str
    note: str
    body: dict[str, Any]


class BookIn(Strict):
    """A new version; put in force at once with `enable`, else a draft."""

    body: dict[str, Any]
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=250)] = ""
    enable: bool = False


@router.get("/{kind}", response=BookOut, summary="The rule set that is in force")
def show(request: HttpRequest, kind: str) -> Any:
    _needs(request, "rules:read")
    book = rulebooks.in_force().get(_kind(kind))
    row = Rulebook.objects.get(pk=book.id) if book else None
    return _out(kind, row)


@router.put("/{kind}", response=BookOut, summary="A new version of a rule set")
def replace(request: HttpRequest, kind: str, values: BookIn) -> Any:
    """Every version stays and can be brought back. 422 says in `errors` what is wrong where."""
    by = _needs(request, "rules:write")
    token = request.auth  # type: ignore[attr-defined]
    with translation.override("en"):
        status, body = once(request, token, lambda: _replace(_kind(kind), values, by, token.name))
    return Status(status, body)


@action
def _replace(kind: str, values: BookIn, by: Agent | None, name: str) -> tuple[int, dict[str, Any]]:
    try:
        row = rulebooks.keep(kind, values.body, by=by, note=values.note or f"API: {name}")
        if values.enable:
            row = rulebooks.enable(row, by=by)
    except rulebooks.CannotKeep as refused:
        errors = [{"field": ".".join(map(str, one.where)), "message": one.text} for one in refused.faults]
        raise Problem(422, "This rule set can't be kept.", errors=errors) from None
    return 200, _out(kind, row)


def _out(kind: str, row: Rulebook | None) -> dict[str, Any]:
    if row is None:
        return {"kind": kind, "number": None, "state": "none", "note": "", "body": {}}
    return {"kind": kind, "number": row.number, "state": row.state, "note": row.note, "body": dict(row.body)}


def _kind(kind: str) -> str:
    if kind not in RulebookKind.values or kind == RulebookKind.STAIRCASE:
        raise Problem(404, "There is no such rule set.")
    return kind


def _needs(request: HttpRequest, scope: str) -> Agent | None:
    """The admin who made the token; None where the operator did on the command line. Refused, and written down, without the
    scope, and as soon as that person is no admin any more."""
    token = request.auth  # type: ignore[attr-defined]
    maker = token.data.get("by")
    by = Agent.objects.select_related("user").filter(pk=maker).first() if maker else None
    if scope not in token.data.get("scopes", ()) or (maker and not can(by, "rules")):
        what = f"{request.method} {request.path}"
        security.warning("refused: API token %s, %s needs %s", token.pk, what, scope)
        if by is not None:
            refuse(by, f"{what} (API)")
        raise Problem(403, f"This token lacks the scope {scope}.")
    return by
