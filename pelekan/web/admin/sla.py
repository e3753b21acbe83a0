"""Service levels: the policies in their order, one policy, the draft and what was in force before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pelekan.people.models import Agent, Language
from pelekan.sla import presets, reading
from pelekan.sla.models import BusinessHours
from pelekan.tickets import rulebooks
from pelekan.tickets.models import Rulebook
from pelekan.web.admin import conditions, sla_book, sla_form, sla_shapes
from pelekan.web.admin.doors import agent, behind, get_object_or_404, went
from pelekan.web.admin.frame import show
from pelekan.web.admin.sla_book import Body, Working
from pelekan.web.reading import Reading

HOME = "settings_sla"


@behind("settings")
def policies(request: HttpRequest) -> HttpResponse:
    now, language = sla_book.working(), lang()
    return show(
        request, "sla", HOME, _("Service levels"),
        _("Until when customers are answered, and what happens when it takes longer. The first policy that fits a ticket is its own."),
        **_listed(request, now), active=now.active,
        versions=sla_shapes.versions(sla_book.versions(), language), replan=reading.replanning(),
    )  # fmt: skip


def _listed(request: HttpRequest, now: Working) -> dict[str, Any]:
    """The policies as they are worked on, and what the draft would change."""
    dates, language, names = reader(request), lang(), sla_shapes.names()
    differs = sla_book.changes(now.active_body, now.body) if now.draft else {}
    rows = now.body["policies"]
    return {
        "policies": [sla_shapes.card(one, now.body, differs, dates, language, names) for one in rows],
        "default": now.body["default"] or "",
        "defaults": [("", _("No promise at all")), *((one["id"], sla_shapes.name_of(one, language)) for one in rows)],
        "draft": sla_shapes.draft(now.draft, differs, language),
    }  # fmt: skip


@behind("settings")
def progress(request: HttpRequest) -> HttpResponse:
    """How far running clocks have been planned anew."""
    return render(request, "settings/sla_progress.html", {"replan": reading.replanning()})


@behind("settings", "GET", "POST")
def new_policy(request: HttpRequest) -> HttpResponse:
    fresh = {"id": "", "targets": {}, "when": None}
    return _edit(request, sla_book.working(), fresh, _("New policy"))


@behind("settings", "GET", "POST")
def policy(request: HttpRequest, id: str) -> HttpResponse:
    now = sla_book.working()
    found = sla_book.policy_of(now.body, id)
    if found is None:
        raise Http404
    return _edit(request, now, dict(found), sla_shapes.name_of(found, lang()))


def _edit(request: HttpRequest, now: Working, stored: Body, heading: str) -> HttpResponse:
    dates = reader(request)
    form = sla_form.form_of(stored, dates.dates.digits or dates.dates.language)
    condition, faults, told = stored.get("when"), [], ""
    posted = request.POST if request.method == "POST" else None
    if posted is not None:
        form = sla_form.typed(posted)
        condition, faults = conditions.read(posted, "when", sets=True)
        if not conditions.pressed(posted, "when") and not faults and not form.is_wrong and condition:
            try:
                return _keep_policy(request, now, stored["id"], form, condition)
            except rulebooks.CannotKeep as refused:
                told = " ".join(fault.text for fault in refused.faults)
    wrong = posted is not None and not conditions.pressed(posted, "when")
    return show(
        request, "sla_policy", HOME, heading,
        _("What you keep is a draft first: nothing changes for running tickets until it is put in force."),
        back=HOME, form=form, id=stored["id"], wrong=wrong, told_fault=told,
        condition=conditions.editor(condition or stored.get("when"), "when", post=posted, sets=True),
        targets=[sla_shapes.target(target) for target in form.targets],
        stops=sla_shapes.stops(stored, dates, sla_shapes.names()) if stored["id"] else [],
        fault=sla_shapes.fault, hours=_hours(), choices=sla_shapes.choices(), languages=Language.choices,
        status=422 if wrong else 200,
    )  # fmt: skip


def _keep_policy(
    request: HttpRequest, now: Working, id: str, form: sla_form.PolicyForm, condition: Body
) -> HttpResponse:
    id = id or next(sla_book.new_ids("p"))
    made = sla_form.document_of(form, id, condition, sla_book.new_ids("s"))
    draft = sla_book.keep(now, sla_book.with_policy(now.body, made), agent(request))
    if "enable" in request.POST:
        rulebooks.enable(draft, by=agent(request))
        return went(request, HOME, _("Kept and in force. Running clocks are planned anew."))
    return went(request, HOME, _("Kept as a draft. It is not in force yet."))


def _hours() -> list[tuple[str, str]]:
    rows = BusinessHours.objects.filter(archived_at=None).order_by("-is_default", "name")
    return [("", _("Those of the ticket's team or inbox")), *((str(row.pk), row.name) for row in rows)]


# Acts on the whole


def _changes(make: Callable[[HttpRequest, Body], Body], said: Callable[[], str]) -> Any:
    """A view that makes another document of the present one and keeps it as the draft."""

    def view(request: HttpRequest, **values: Any) -> HttpResponse:
        now = sla_book.working()
        body = make(request, now.body, **values)
        try:
            if body != now.body:
                sla_book.keep(now, body, agent(request))
            text = said()
        except rulebooks.CannotKeep as refused:
            messages.error(request, " ".join(fault.text for fault in refused.faults))
            return HttpResponseRedirect(reverse(HOME))
        if request.headers.get("X-Part"):
            return render(request, "settings/sla_part.html", _listed(request, sla_book.working()))
        return went(request, HOME, text)

    view.__doc__ = make.__doc__
    return behind("settings", "POST")(view)


def _with_preset(request: HttpRequest, body: Body) -> Body:
    """The policy with 3, 4 and 8 hours at the end; the default where there is none."""
    made = presets.steps_348()
    if sla_book.policy_of(body, made["id"]):
        made["id"] = next(sla_book.new_ids("p"))
    return {**sla_book.with_policy(body, made), "default": body["default"] or made["id"]}


def _without(request: HttpRequest, body: Body, id: str) -> Body:
    return sla_book.without(body, id)


def _moved(request: HttpRequest, body: Body, id: str) -> Body:
    return sla_book.moved(body, id, -1 if request.POST.get("way") == "up" else 1)


def _ordered(request: HttpRequest, body: Body) -> Body:
    """In another order; `order` holds ids with commas between."""
    return sla_book.ordered(body, request.POST.get("order", "").split(","))


def _defaulted(request: HttpRequest, body: Body) -> Body:
    wished = request.POST.get("default", "")
    return {**body, "default": wished if sla_book.policy_of(body, wished) else None}


def _drafted() -> str:
    return _("Kept as a draft. It is not in force yet.")


preset = _changes(_with_preset, _drafted)
remove = _changes(_without, _drafted)
move = _changes(_moved, _drafted)
order = _changes(_ordered, _drafted)
default = _changes(_defaulted, _drafted)


@behind("settings", "POST")
def enable(request: HttpRequest) -> HttpResponse:
    """Put the draft in force."""
    return _settle(request, lambda draft, by: rulebooks.enable(draft, by=by), _("In force. Running clocks are planned anew."))  # fmt: skip


@behind("settings", "POST")
def discard(request: HttpRequest) -> HttpResponse:
    """Put the draft away."""
    return _settle(request, lambda draft, by: rulebooks.discard(draft, by=by), _("The draft is put away. What is in force stays."))  # fmt: skip


def _settle(request: HttpRequest, do: Callable[[Rulebook, Agent], Any], said: str) -> HttpResponse:
    draft = sla_book.working().draft
    if draft is None:
        messages.error(request, _("There is no draft any more: a colleague was quicker."))
        return HttpResponseRedirect(reverse(HOME))
    try:
        do(draft, agent(request))
    except rulebooks.CannotKeep as refused:
        messages.error(request, " ".join(fault.text for fault in refused.faults))
        return HttpResponseRedirect(reverse(HOME))
    return went(request, HOME, said)


@behind("settings", "POST")
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an earlier version in force again."""
    version = get_object_or_404(Rulebook, pk=pk, kind=sla_book.KIND, enabled_at__isnull=False)
    try:
        rulebooks.revert(version, by=agent(request))
    except rulebooks.CannotKeep as refused:
        messages.error(request, " ".join(fault.text for fault in refused.faults))
        return HttpResponseRedirect(reverse(HOME))
    return went(request, HOME, _("In force again. Running clocks are planned anew."))


def reader(request: HttpRequest) -> Reading:
    return Reading(request.dates)  # type: ignore[attr-defined]


def lang() -> str:
    return (get_language() or "en")[:2]
