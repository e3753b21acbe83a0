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

from pelekan.people.models import Language
from pelekan.sla import presets, reading
from pelekan.sla.models import BusinessHours
from pelekan.tickets import rulebooks
from pelekan.tickets.models import Rulebook
from pelekan.web.admin import conditions, drafts, sla_book, sla_form, sla_shapes
from pelekan.web.admin.choices import Choices
from pelekan.web.admin.doors import agent, behind, went
from pelekan.web.admin.frame import show
from pelekan.web.admin.sla_book import Body
from pelekan.web.admin.sla_differences import name_of
from pelekan.web.reading import Reading

HOME = "settings_sla"


@behind("rules")
def policies(request: HttpRequest) -> HttpResponse:
    return show(
        request, "sla", HOME, _("Service levels"),
        _("Until when customers are answered, and what happens when it takes longer. The first policy that fits a ticket is its own."),
        **_listed(request), replan=reading.replanning(),
    )  # fmt: skip


def _listed(request: HttpRequest) -> dict[str, Any]:
    """The policies as they are worked on, and what the draft would change."""
    dates, language, names = reader(request), lang(), sla_shapes.names()
    body, active = working(), drafts.active_of(sla_book.KIND)
    before = active.body if active else {}
    rows = body["policies"]
    return {
        "policies": [sla_shapes.card(one, body, before, dates, language, names) for one in rows],
        "default": body["default"] or "",
        "defaults": [("", _("No promise at all")), *((one["id"], name_of(one, language)) for one in rows)],
        "panel": drafts.panel(sla_book.KIND, Choices(language)),
    }


def working() -> Body:
    return sla_book.whole(drafts.body_of(sla_book.KIND))


@behind("rules")
def progress(request: HttpRequest) -> HttpResponse:
    """How far running clocks have been planned anew."""
    return render(request, "settings/sla_progress.html", {"replan": reading.replanning()})


@behind("rules", "GET", "POST")
def new_policy(request: HttpRequest) -> HttpResponse:
    fresh: Body = {"id": "", "targets": {}, "when": None}
    return _edit(request, fresh, _("New policy"))


@behind("rules", "GET", "POST")
def policy(request: HttpRequest, id: str) -> HttpResponse:
    found = sla_book.policy_of(working(), id)
    if found is None:
        raise Http404
    return _edit(request, dict(found), name_of(found, lang()))


def _edit(request: HttpRequest, stored: Body, heading: str) -> HttpResponse:
    dates = reader(request)
    form = sla_form.form_of(stored, dates.dates.digits or dates.dates.language)
    condition, told = stored.get("when"), ""
    faults: list[Any] = []
    posted = request.POST if request.method == "POST" else None
    if posted is not None:
        form = sla_form.typed(posted)
        condition, faults = conditions.read(posted, "when", sets=True)
        if not conditions.pressed(posted, "when") and not faults and not form.is_wrong and condition:
            try:
                return _keep_policy(request, stored["id"], form, condition)
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


def _keep_policy(request: HttpRequest, id: str, form: sla_form.PolicyForm, condition: Body) -> HttpResponse:
    id = id or next(sla_book.new_ids("p"))
    made = sla_form.document_of(form, id, condition, sla_book.new_ids("s"))
    book = _keep(request, lambda body: sla_book.with_policy(body, made))
    if "enable" in request.POST and book.enabled_at is None:
        rulebooks.enable(book, by=agent(request))
    if book.enabled_at is not None or "enable" in request.POST:
        return went(request, HOME, _("Kept and in force. Running clocks are planned anew."))
    return went(request, HOME, _drafted())


def _keep(request: HttpRequest, make: Callable[[Body], Body]) -> Rulebook:
    """The draft with another document. Raises rulebooks.CannotKeep."""

    def how(body: Body) -> None:
        made = make(sla_book.whole(body))
        body.clear()
        body.update(made)

    return drafts.change(sla_book.KIND, agent(request), how)


def _hours() -> list[tuple[str, str]]:
    rows = BusinessHours.objects.filter(archived_at=None).order_by("-is_default", "name")
    return [("", _("Those of the ticket's team or inbox")), *((str(row.pk), row.name) for row in rows)]


# Acts on the whole


def _changes(make: Callable[..., Body]) -> Any:
    """A view that makes another document of the present one and keeps it as the draft."""

    def view(request: HttpRequest, **values: Any) -> HttpResponse:
        try:
            _keep(request, lambda body: make(request, body, **values))
        except rulebooks.CannotKeep as refused:
            messages.error(request, " ".join(fault.text for fault in refused.faults))
            return HttpResponseRedirect(reverse(HOME))
        if request.headers.get("X-Part"):
            return render(request, "settings/sla_part.html", _listed(request))
        return went(request, HOME, _drafted())

    view.__doc__ = make.__doc__
    return behind("rules", "POST")(view)


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


preset = _changes(_with_preset)
remove = _changes(_without)
move = _changes(_moved)
order = _changes(_ordered)
default = _changes(_defaulted)


def reader(request: HttpRequest) -> Reading:
    return Reading(request.dates)  # type: ignore[attr-defined]


def lang() -> str:
    return (get_language() or "en")[:2]
