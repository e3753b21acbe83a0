"""Routing rules and automations: the list in its order, one rule, and trying the list with a ticket.

Every change goes into the draft of the list (see `drafts`); nothing counts before it is put in force.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.lib.text import isolate, latin_digits
from pelekan.lib.time import now as clock
from pelekan.routing import rules as engine
from pelekan.routing.acts import BadRules
from pelekan.tickets.conditions.facts import facts_of
from pelekan.tickets.models import Ticket
from pelekan.tickets.rulebooks import CannotKeep
from pelekan.tickets.rulebooks.models import Decision
from pelekan.web.admin import drafts, misrouting, rule_form, rule_words
from pelekan.web.admin.choices import Choices
from pelekan.web.admin.conditions import language
from pelekan.web.admin.doors import agent, behind
from pelekan.web.admin.frame import show
from pelekan.web.admin.linting import findings
from pelekan.web.workspace.traces import steps_shape

KINDS = ("routing", "automations")
Rule = dict[str, Any]


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise Http404
    return kind


@behind("rules")
def rules(request: HttpRequest, kind: str) -> HttpResponse:
    """The list, as the draft has it, else as it is in force."""
    routing = kind == "routing"
    return show(
        request, "rules", drafts.HOME[kind], _("Routing rules") if routing else _("Automations"),
        _("Asked from the top: the first rule that fits decides where a ticket goes, the rest is skipped.") if routing
        else _("All that fit run, in this order: after something happened, after a time, or by the clock."),
        misrouting=misrouting.panel(request) if routing else None, **listing(kind),
    )  # fmt: skip


def listing(kind: str) -> dict[str, Any]:
    """The rules with their sentences, how often they matched, and what the linter says."""
    choices = Choices(language())
    body = drafts.body_of(kind)
    its = findings(kind, body)
    hits = _hits(kind)
    shown = [
        {
            **rule_words.rule_in_words(rule, kind, choices), "id": rule["id"], "name": rule["name"], "place": place,
            "off": bool(rule.get("off")), "hits": hits.get(rule["id"], (0, 0)), "marks": its.get(rule["id"], []),
        }
        for place, rule in enumerate(body.get("rules", ()), 1)
    ]  # fmt: skip
    return {"kind": kind, "rules": shown, "panel": drafts.panel(kind, choices), "findings": _noticed(shown)}


def _noticed(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The linter's panel: which rules need a look, the broken ones first."""
    found = [
        {"name": rule["name"], "id": rule["id"], "place": rule["place"], **mark}
        for rule in shown
        for mark in rule["marks"]
    ]
    return sorted(found, key=lambda one: one["kind"] != "breach")


def _hits(kind: str) -> dict[str, tuple[int, int]]:
    """rule → how often it matched in the last 30 and 90 days."""
    now = clock()
    rows = (
        Decision.objects.filter(kind=kind, at__gte=now - timedelta(days=90))
        .exclude(rule="")
        .order_by()
        .values_list("rule")
        .annotate(month=Count("id", filter=Q(at__gte=now - timedelta(days=30))), quarter=Count("id"))
    )
    return {rule: (month, quarter) for rule, month, quarter in rows}


def _go(request: HttpRequest, kind: str, do: Callable[[], Any], said: str = "") -> HttpResponse:
    """Change the draft and show the list: only the list to a script that asked, else the page."""
    try:
        do()
    except CannotKeep as refused:
        messages.error(request, " ".join(dict.fromkeys(fault.text for fault in refused.faults)))
    else:
        if said:
            messages.success(request, said)
    if request.headers.get("X-Part"):
        part = {**listing(kind), "told": [{"text": str(one)} for one in messages.get_messages(request)]}
        return render(request, "settings/rules_part.html", part)
    return HttpResponseRedirect(reverse(drafts.HOME[kind]))


@behind("rules", "POST")
def order(request: HttpRequest, kind: str) -> HttpResponse:
    """The rules in the order of the ids in `order`; those that it doesn't name stay behind them."""
    _kind(kind)
    wanted = [key for key in request.POST.get("order", "").split(",") if key]

    def sort(body: dict[str, Any]) -> None:
        known = {rule["id"]: rule for rule in body["rules"]}
        first = [known[key] for key in dict.fromkeys(wanted) if key in known]
        body["rules"] = [*first, *(rule for rule in body["rules"] if rule["id"] not in wanted)]

    return _go(request, kind, lambda: drafts.change(kind, agent(request), sort))


@behind("rules", "POST")
def act(request: HttpRequest, kind: str, rule: str, what: str) -> HttpResponse:
    """One rule: up, down, on, off, copy, remove."""
    _kind(kind)
    if what not in ("up", "down", "on", "off", "copy", "remove"):
        raise Http404
    found = _one(drafts.body_of(kind), rule)
    if found is None:
        raise Http404
    done = {
        "copy": _("A copy stands below it, switched off."),
        "remove": _("“%(name)s” is taken out of the draft.") % {"name": isolate(found["name"])},
    }.get(what, "")
    return _go(
        request, kind, lambda: drafts.change(kind, agent(request), lambda body: _do(body, rule, what)), done
    )


def _do(body: dict[str, Any], key: str, what: str) -> None:
    rules: list[Rule] = body["rules"]
    at = next((place for place, one in enumerate(rules) if one["id"] == key), -1)
    if at < 0:
        return
    if what in ("on", "off"):
        rules[at]["off"] = what == "off"
    elif what == "remove":
        del rules[at]
    elif what == "copy":
        name = _("%(name)s (copy)") % {"name": rules[at]["name"]}
        rules.insert(at + 1, {**rules[at], "id": fresh_id(), "name": name[:120], "off": True})
    else:
        to = at + (-1 if what == "up" else 1)
        if 0 <= to < len(rules):
            rules[at], rules[to] = rules[to], rules[at]


def fresh_id() -> str:
    return secrets.token_hex(5)


def _one(body: dict[str, Any], key: str) -> Rule | None:
    return next((rule for rule in body.get("rules", ()) if rule["id"] == key), None)


@behind("rules", "GET", "POST")
def new_rule(request: HttpRequest, kind: str) -> HttpResponse:
    return _edit(request, _kind(kind), None)


@behind("rules", "GET", "POST")
def rule(request: HttpRequest, kind: str, rule: str) -> HttpResponse:
    found = _one(drafts.body_of(_kind(kind)), rule)
    if found is None:
        raise Http404
    return _edit(request, kind, found)


def _edit(request: HttpRequest, kind: str, found: Rule | None) -> HttpResponse:
    post = request.POST if request.method == "POST" else None
    faults: list[str] = []
    if post is not None and not rule_form.pressed(post):
        made, faults = rule_form.read(post, kind)
        if not faults:
            made["id"] = found["id"] if found else fresh_id()
            try:
                drafts.change(kind, agent(request), lambda body: _put(body, made))
            except CannotKeep as refused:
                faults = [fault.text for fault in refused.faults]
            else:
                messages.success(request, _("Kept in the draft. It counts when the draft is put in force."))
                return HttpResponseRedirect(reverse(drafts.HOME[kind]))
    form = rule_form.drawn(found, kind, post)
    return show(
        request, "rule", drafts.HOME[kind], found["name"] if found else _("New rule"), kind=kind, rule=found,
        form=None, its=form, faults=list(dict.fromkeys(faults)), back=drafts.HOME[kind], status=422 if faults else 200,
    )  # fmt: skip


def _put(body: dict[str, Any], made: Rule) -> None:
    for place, one in enumerate(body["rules"]):
        if one["id"] == made["id"]:
            body["rules"][place] = made
            return
    body["rules"].append(made)


# Trying it with a ticket


@behind("rules")
def try_out(request: HttpRequest, kind: str) -> HttpResponse:
    """What the shown list would do with one ticket, as it is now: each rule with its answers."""
    _kind(kind)
    typed = latin_digits(request.GET.get("ticket", "")).strip().lstrip("#")
    context: dict[str, Any] = {"typed": typed, "kind": kind, "back": drafts.HOME[kind]}
    heading = _("Try with a ticket")
    ticket = None
    if typed.isascii() and typed.isdigit() and len(typed) < 18:
        known = Ticket.objects.visible_to(agent(request)).select_related("tier", "customer")
        ticket = known.filter(number=int(typed)).first()
    if typed and ticket is None:
        context["fault"] = _("There is no ticket with this number.")
    events = rule_words.routed_on() if kind == "routing" else rule_words.automated_on()
    asked = request.GET.get("on", "")
    asked = asked if asked in events else next(iter(events))
    context |= {"events": list(events.items()), "asked": asked}
    if ticket is not None:
        context |= _tried(kind, ticket, engine.ROUTED_ON.get(asked, asked))
    return show(request, "rule_try", drafts.HOME[kind], heading, **context)


def _tried(kind: str, ticket: Ticket, event: str) -> dict[str, Any]:
    choices = Choices(language())
    message = ticket.messages.filter(kind="incoming").order_by("-id").first()
    facts = facts_of(ticket, now=clock(), message=message, event=event)
    read = engine.routing_from if kind == "routing" else engine.automations_from
    try:
        document = read(drafts.body_of(kind))
    except BadRules as refused:
        return {"fault": str(refused)}
    body = {rule["id"]: rule for rule in drafts.body_of(kind)["rules"]}
    if kind == "routing":
        steps = engine.steps(document, facts)
    else:
        steps = [_asked(rule, facts) for rule in document.rules]
    shown = [
        {**step, **rule_words.rule_in_words(body[step["id"]], kind, choices)}
        for step in steps_shape(steps, choices)
    ]
    hit = next((step for step in shown if step["verdict"] == "matched"), None)
    return {
        "ticket": {"id": ticket.pk, "number": ticket.number, "subject": ticket.subject}, "steps": shown, "hit": hit,
        "total": len(shown),
    }  # fmt: skip


def _asked(rule: engine.Rule, facts: dict[str, Any]) -> dict[str, Any]:
    """An automation in the shape of `rules.steps`: all are asked, none skips another."""
    from pelekan.tickets.conditions import ast

    line: dict[str, Any] = {"place": rule.place, "id": rule.id, "name": rule.name, "tree": None, "gone": []}
    if rule.off:
        return {**line, "verdict": "off"}
    if rule.time is None and facts["event"] not in rule.on:
        return {**line, "verdict": "other_event"}
    judged = ast.explain(rule.when, facts)
    return {**line, "tree": judged, "verdict": "matched" if judged.held else "no"}
