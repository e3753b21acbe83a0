"""A file of articles on its way in: how far it is, what came of it, and stopping it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pelekan.knowledge import bringing, rights
from pelekan.knowledge.files import Fault
from pelekan.knowledge.files.words import words
from pelekan.knowledge.models import Import, ImportState
from pelekan.people.models import Agent
from pelekan.web.admin.doors import agent, behind, went
from pelekan.web.knowledge.frame import show, tabs
from pelekan.web.reading import Reading

SHOWN = 200  # faults
LATEST = 8
TONES = {
    ImportState.WAITING: "plain", ImportState.RUNNING: "info", ImportState.DONE: "success", ImportState.STOPPED: "warning",
    ImportState.FAILED: "breach",
}  # fmt: skip


def _rows(who: Agent) -> Any:
    """Everybody sees his own; who may publish sees all."""
    rows = Import.objects.select_related("agent__user")
    return rows if rights.may_publish(who) else rows.filter(agent=who)


def latest(request: HttpRequest, who: Agent) -> list[dict[str, Any]]:
    """The last files, with a line for each."""
    found = []
    for row in _rows(who).order_by("-pk").defer("faults")[:LATEST]:
        tone = "warning" if row.state == ImportState.DONE and row.faulty else TONES[ImportState(row.state)]
        line = " ".join(_sentences(request, row))
        found.append({"id": row.pk, "name": row.name, "state": row.get_state_display(), "tone": tone, "line": line, "at": row.asked_at, "by": row.agent.name})  # fmt: skip
    return found


@behind("work")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """A request of htmx gets the middle part alone."""
    row = _of(request, pk)
    running = row.state in (ImportState.WAITING, ImportState.RUNNING)
    values: dict[str, Any] = {
        "row": row, "running": running, "percent": min(99, row.number * 100 // row.total) if row.total else 0,
        "done": " ".join(_sentences(request, row)), "tone": "warning" if row.faulty else "success", "why": _why(row),
        "faults": [{"where": _place(request, fault), "why": words(fault)} for fault in bringing.as_faults(row)[:SHOWN]],
        "more": max(0, row.faulty - SHOWN), "total": max(row.total, row.number),
    }  # fmt: skip
    if request.headers.get("HX-Request"):
        return render(request, "knowledge/import_part.html", values)
    return show(
        request, "import", row.name, _("Brought in by %(name)s.") % {"name": row.agent.name},
        tabs=tabs(request, "knowledge_carry"), **values,
    )  # fmt: skip


@behind("work", "POST")
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    row = _of(request, pk)
    bringing.stop(row, by=agent(request))
    return went(request, "knowledge_import", _("It goes no further. What came in stays."), pk)


def _of(request: HttpRequest, pk: int) -> Import:
    found: Import | None = _rows(agent(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _place(request: HttpRequest, fault: Fault) -> dict[str, str]:
    """{"file", "line"}: what is not known is empty."""
    name, colon, line = fault.where.rpartition(":")
    if fault.where.isdecimal():
        name, line = "", fault.where
    elif not (colon and line.isdecimal()):
        name, line = fault.where, ""
    return {
        "file": name,
        "line": _("line %(number)s") % {"number": _digits(request, int(line))} if line else "",
    }


def _sentences(request: HttpRequest, row: Import) -> list[str]:
    made, changed, same, faulty = (
        _digits(request, one) for one in (row.made, row.changed, row.same, row.faulty)
    )
    found = [
        ngettext("%(count)s article came in.", "%(count)s articles came in.", row.made) % {"count": made}
    ]
    if row.changed:
        found.append(
            ngettext("%(count)s has a new version.", "%(count)s have new versions.", row.changed)
            % {"count": changed}
        )
    if row.same:
        found.append(
            ngettext("%(count)s was the same as here.", "%(count)s were the same as here.", row.same)
            % {"count": same}
        )
    if row.faulty:
        found.append(
            ngettext(
                "%(count)s thing could not be taken.", "%(count)s things could not be taken.", row.faulty
            )
            % {"count": faulty}
        )
    return found


def _why(row: Import) -> str:
    """Why it failed, and what to do."""
    return {
        "": "",
        "gone": _("Whoever brought it in can't sign in any more. Let a colleague bring in the file."),
        "lost": _("The file is no longer there. Bring it in once more: what came in is known again."),
    }.get(row.fault, _("It failed several times (%(fault)s). What came in stays. Bring the file in once more, or take out what stands next in it.") % {"fault": row.fault})  # fmt: skip


def _digits(request: HttpRequest, number: int) -> str:
    return Reading(request.dates).digits(number)  # type: ignore[attr-defined]
