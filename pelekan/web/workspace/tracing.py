"""Why this ticket is here: what rules and assignment decided about it, beside the ticket and in full."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pelekan.lib.text import isolate, local_digits
from pelekan.routing import trace as told
from pelekan.tickets.rulebooks.models import Decision
from pelekan.web.admin import acts_form
from pelekan.web.admin.choices import Choices
from pelekan.web.admin.conditions import language
from pelekan.web.workspace.doors import agents, ticket_of
from pelekan.web.workspace.traces import answers, steps_shape

Told = dict[str, Any]


@require_GET
@agents
def trace(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines beside the ticket, each of which opens."""
    ticket = ticket_of(request, pk)
    choices = Choices(language())
    shown = [_line(one, choices) for one in told.of(ticket.pk) if _matters(one)]
    return render(request, "desk/trace.html", {"lines": shown[::-1], "ticket_id": pk})


@require_GET
@agents
def steps(request: HttpRequest, pk: int, decision: int) -> HttpResponse:
    """Every rule that was looked at for one decision, with the values that it saw."""
    ticket = ticket_of(request, pk)
    if not Decision.objects.filter(pk=decision, ticket=ticket, kind="routing").exists():
        raise Http404
    shown = steps_shape(told.steps(decision), Choices(language()))
    return render(request, "desk/trace_steps.html", {"steps": shown})


def _matters(one: Told) -> bool:
    """What is worth a line: not each automation that could not do anything."""
    return one["kind"] != "automations" or bool(one["do"] or one["failed"])


def _line(one: Told, choices: Choices) -> Told:
    if one["kind"] == "assignment":
        return _given(one)
    digits = lambda number: isolate(local_digits(str(number), choices.language))  # noqa: E731
    rule = one["rule"]
    values = {
        "name": isolate(rule["name"]) if rule else "", "place": digits(one["place"]), "total": digits(one["total"]),
        "do": acts_form.sentence(one["do"], choices),
    }  # fmt: skip
    if one["kind"] == "automations":
        text = _("Automation %(name)s: %(do)s") % values
    elif rule is None:
        text = _("None of %(total)s routing rules fits: it stays where its inbox sent it") % values
    else:
        text = _("Rule %(place)s of %(total)s matched, %(name)s: %(do)s") % values if one["do"] else (
            _("Rule %(place)s of %(total)s matched, %(name)s") % values
        )  # fmt: skip
    notes = []
    if one["skipped"]:
        first, last = one["skipped"]
        said = (
            _("Rule %(first)s was skipped.")
            if first == last
            else _("Rules %(first)s to %(last)s were skipped.")
        )
        notes.append(said % {"first": digits(first), "last": digits(last)})
    notes += [
        _("%(name)s would have matched, but names what is gone: %(gone)s.")
        % {"name": isolate(gone["name"]), "gone": isolate(", ".join(gone["gone"]))}
        for gone in one["passed"]
    ]
    why = {
        "by_hand": _("Not done, because a person has chosen already: %(act)s."),
        "gone": _("Not done, because it names what is gone: %(act)s."),
    }
    notes += [
        why.get(str(act.get("why")), _("Not done: %(act)s.")) % {"act": acts_form.act_in_words(act, choices)}
        for act in [*one["held"], *one["failed"]]
    ]
    return {
        "id": one["id"], "at": one["at"], "sign": "route" if one["kind"] == "routing" else "workflow", "text": text,
        "notes": notes, "answers": answers(one["tree"], choices) if one["tree"] else [], "candidates": [],
        "steps": one["kind"] == "routing" and one["total"] > 0,
    }  # fmt: skip


def because() -> dict[str, str]:
    """What speaks for someone."""
    return {
        "knows_customer": _("knows this customer"), "skilled": _("has the skill"), "speaks": _("speaks the language"),
        "longest_without": _("it was his or her turn"), "least_busy": _("has the least to do"),
        "only_one": _("is the only one who can take it now"),
    }  # fmt: skip


def barred() -> dict[str, str]:
    """Why someone can't have it now."""
    return {
        "refused": _("gave it back"), "away": _("is not online"), "off_shift": _("is off work"),
        "skill": _("lacks the skill"), "language": _("doesn't speak the language"), "full": _("has as much as fits"),
    }  # fmt: skip


def _given(one: Told) -> Told:
    lang = language()
    reasons, hindered = because(), barred()
    why = acts_form.listed_plain([reasons.get(code, code) for code in one["because"]])
    chat = one["way"] == "chat"
    if one["agent"] and chat:
        text = _("Chat given to %(name)s: %(why)s") % {"name": isolate(one["agent"]["name"]), "why": why}
    elif one["agent"]:
        text = _("Given to %(name)s: %(why)s") % {"name": isolate(one["agent"]["name"]), "why": why}
    elif chat:
        text = _("Nobody who lets chats come is free for this one: it waits until someone takes it")
    elif one["way"] == "queue":
        text = _("It waits in the queue: this team takes tickets itself")
    else:
        text = _("Nobody is free: it waits in the queue and the manager was told")
    return {
        "id": one["id"], "at": one["at"], "sign": "user-check" if one["agent"] else "user-x", "text": text, "notes": [],
        "answers": [], "steps": False,
        "candidates": [
            {
                "name": who["name"], "chosen": bool(one["agent"]) and who["agent"] == one["agent"]["id"],
                "said": hindered.get(who["barred"], "") or ", ".join(reasons.get(code, code) for code in who["reasons"]),
                "barred": bool(who["barred"]), "load": local_digits(f"{who['load']:g}", lang),
                "tickets": local_digits(f"{who['chats' if chat else 'tickets'] or 0}/{who['capacity'] or 0}", lang),
            }
            for who in one["candidates"]
        ],
    }  # fmt: skip
