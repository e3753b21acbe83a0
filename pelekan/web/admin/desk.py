"""Organization and staircase."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pelekan.channels import arriving
from pelekan.lib.text import isolate
from pelekan.lib.time import now as clock
from pelekan.people.desk import sign, takes_answers_by_mail
from pelekan.people.models import Agent, Desk, Tier
from pelekan.tickets import shaping
from pelekan.tickets.packs import quality
from pelekan.tickets.shaping.eyes import CHOICES, eyes_of
from pelekan.web.admin.doors import agent, attempt, behind, get_object_or_404, told, went
from pelekan.web.admin.forms import DeleteTierForm, DeskForm, EyesForm, NewTierForm, TierForm
from pelekan.web.admin.frame import show
from pelekan.web.reading import Reading


@behind("settings", "GET", "POST")
def organization(request: HttpRequest) -> HttpResponse:
    known = sign()
    initial = {"name": known.name, "language": known.language, "agents_by_mail": takes_answers_by_mail()}
    form = DeskForm(request.POST or None, initial=initial)
    if form.is_valid() and attempt(form, lambda: _save_desk(agent(request), form.cleaned_data)):
        return went(request, "settings_desk", _("Kept."))
    topics = [
        {"title": _("Organization"), "text": _("How customers know you."), "fields": ["name", "language"]},
        {"title": _("Agents by mail"), "text": _("Off unless you want it: whoever can send mail as an agent could then write to customers."), "fields": ["agents_by_mail"]},
    ]  # fmt: skip
    return show(request, "form", "settings_desk", _("Organization"), form=form, topics=topics)


def _save_desk(by: Agent, values: dict[str, Any]) -> None:
    if values["agents_by_mail"] and not takes_answers_by_mail() and not arriving.senders_are_checked():
        told = _(
            "Nobody would check the senders: your mail server is not named, and check_senders is off in pelekan.toml."
        )
        raise shaping.CannotBe("agents_by_mail", told)
    shaping.save_desk(by=by, **values)


@behind("settings")
def staircase(request: HttpRequest) -> HttpResponse:
    return show(
        request, "staircase", "settings_staircase", _("Staircase"),
        _("Requests begin at the bottom and climb only as far as they need. Take as many steps as your work has."),
        tiers=_tiers(), climbs=_climbs(request),
    )  # fmt: skip


def _climbs(request: HttpRequest) -> list[dict[str, Any]]:
    """What was handed up lately, and what of it came back."""
    dates = Reading(request.dates)  # type: ignore[attr-defined]
    return [
        {**row, "waited": dates.span(row["waited"]) if row["waited"] is not None else ""}
        for row in quality.climbs(clock() - quality.LATELY)
    ]


def _tiers() -> list[dict[str, Any]]:
    rows = list(
        Tier.objects.annotate(
            team_count=Count("teams", filter=Q(teams__archived_at=None), distinct=True),
            open_count=Count(
                "tickets", filter=Q(tickets__status__in=["new", "open", "waiting", "on_hold"]), distinct=True
            ),
        ).order_by("-level")
    )
    top = max([1, *(tier.level for tier in rows)])
    return [
        {
            "id": tier.pk, "name": tier.name, "level": tier.level, "total": top, "description": tier.description,
            "teams": ngettext("%(count)s team", "%(count)s teams", tier.team_count) % {"count": tier.team_count},
            "open": tier.open_count,
        }
        for tier in rows
    ]  # fmt: skip


@behind("settings", "GET", "POST")
def new_tier(request: HttpRequest) -> HttpResponse:
    form = NewTierForm(request.POST or None)
    if form.is_valid():
        values = {**form.cleaned_data, "level": int(form.cleaned_data["level"])}
        if attempt(form, lambda: shaping.add_tier(by=agent(request), **values)):
            return went(request, "settings_staircase", _("The step is there."))
    topics = [
        {
            "title": _("Step"),
            "text": _("Steps above the new one move up."),
            "fields": ["name", "level", "description"],
        },
        *_asking(2),
    ]
    return show(
        request,
        "form",
        "settings_staircase",
        _("New step"),
        form=form,
        topics=topics,
        back="settings_staircase",
    )


@behind("settings", "GET", "POST")
def tier(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Tier, pk=pk)
    initial = {"name": row.name, "description": row.description, "asks": row.asks}
    form = TierForm(request.POST or None, initial=initial)
    if form.is_valid() and attempt(
        form, lambda: shaping.describe_tier(row, by=agent(request), **form.cleaned_data)
    ):
        return went(request, "settings_staircase", _("Kept."))
    topics = [{"title": _("Step"), "text": "", "fields": ["name", "description"]}, *_asking(row.level)]
    acts = [
        {
            "label": _("Delete this step"),
            "href": reverse("settings_tier_delete", args=[pk]),
            "danger": True,
            "sign": "trash-2",
        }
    ]
    return show(
        request,
        "form",
        "settings_staircase",
        row.name,
        form=form,
        topics=topics,
        acts=acts,
        back="settings_staircase",
    )


def _asking(level: int) -> list[dict[str, Any]]:
    """Below the second step nothing is sent up to."""
    text = _("The context pack travels with a request, so that the customer never has to explain it again.")
    return [{"title": _("Context pack"), "text": text, "fields": ["asks"]}] if level > 1 else []


@behind("settings", "GET", "POST")
def eyes(request: HttpRequest) -> HttpResponse:
    now = Desk.objects.filter(pk=1).values_list("visibility", flat=True).first() or {}
    form = EyesForm(request.POST or None, initial={role: eyes_of(now, role) for role in CHOICES})
    if form.is_valid() and attempt(form, lambda: shaping.choose_eyes(form.cleaned_data, by=agent(request))):
        return went(request, "settings_staircase", _("Kept. It holds from now on, on open pages too."))
    text = _(
        "Whoever was given all steps by name, and every admin, sees everything. What is assigned to someone he sees in any case."
    )
    topics = [{"title": _("Who sees which steps"), "text": text, "fields": ["agent", "manager"]}]
    return show(
        request, "form", "settings_staircase", _("Who sees which steps"), form=form, topics=topics, back="settings_staircase"
    )  # fmt: skip


@behind("settings", "GET", "POST")
def delete_tier(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Tier, pk=pk)
    form = DeleteTierForm(request.POST or None, tier=row)
    if form.is_valid() and attempt(
        form, lambda: shaping.delete_tier(row, by=agent(request), **form.cleaned_data)
    ):
        return went(request, "settings_staircase", _("The step is gone. Nothing points to it any more."))
    text = _(
        "Teams, tickets and past work of this step move to the one that you choose. What it was called stays in the audit log."
    )
    topics = [{"title": _("Delete"), "text": text, "fields": ["move_to"]}]
    heading = _("Delete “%(name)s”") % {"name": isolate(row.name)}
    return show(
        request, "form", "settings_staircase", heading, form=form, topics=topics, back="settings_staircase",
        submit=_("Delete this step"), danger=True,
    )  # fmt: skip


@behind("settings", "POST")
def shape(request: HttpRequest, steps: int) -> HttpResponse:
    done = _("The staircase has its new shape.")
    return told(
        request,
        "settings_staircase",
        lambda: shaping.shape_staircase(steps if steps == 4 else 2, by=agent(request)),
        done,
    )
