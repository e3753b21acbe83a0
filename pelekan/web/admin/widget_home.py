"""The home of a chat's window: which ways it offers, and the departments among which visitors choose."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from pelekan.knowledge.deflection import homes
from pelekan.knowledge.deflection.models import Choice
from pelekan.people.models import Team
from pelekan.tickets.models import Category, Inbox
from pelekan.web.admin.doors import agent, behind, get_object_or_404, went
from pelekan.web.admin.frame import show
from pelekan.web.admin.inboxes import tabs
from pelekan.web.workspace.moves import category_choices

LINES = {
    Choice.REPORT: lazy(
        "A short form: what happened, a screenshot, the page and the browser. Agents can ask for it in every chat."
    ),
    Choice.HELP: lazy("A field at the top that finds articles; they are read in the window."),
    Choice.CHAT: lazy("While somebody is there, or to wait in line."),
    Choice.FORM: lazy("A request with a number; the answer comes by mail or SMS."),
    Choice.REQUESTS: lazy("What this visitor has asked before."),
    Choice.PORTAL: lazy("A link to the support portal."),
}


class HomeForm(forms.Form):
    choices = forms.MultipleChoiceField(choices=Choice.choices, required=False, label=lazy("What it offers"))
    urgent = forms.BooleanField(required=False, label=lazy("Ask first how urgent it is"))
    departments = forms.ModelMultipleChoiceField(
        queryset=Team.objects.filter(archived_at=None).order_by("name"),
        required=False,
        label=lazy("Departments"),
    )
    reports = forms.ModelChoiceField(
        queryset=Category.objects.filter(archived_at=None), required=False, label=lazy("Their category")
    )


def _categories() -> list[tuple[str, str]]:
    rows: list[Any] = list(Category.objects.filter(archived_at=None).values())
    return [(str(one["id"]), one["path"]) for one in category_choices(rows)]


@behind("settings", "GET", "POST")
def home(request: HttpRequest, pk: int) -> HttpResponse:
    """What this inbox's window offers at its home."""
    row = get_object_or_404(Inbox.objects.select_related("team"), pk=pk)
    if row.channel != "chat":
        raise Http404
    form = HomeForm(request.POST or None)
    fault = ""
    if request.method == "POST" and form.is_valid():
        chosen = set(form.cleaned_data["choices"])
        try:
            homes.keep(
                row, by=agent(request), choices=[one for one in Choice.values if one in chosen],
                departments=[team.pk for team in form.cleaned_data["departments"]], urgent=form.cleaned_data["urgent"],
                reports=form.cleaned_data["reports"],
            )  # fmt: skip
            return went(request, "settings_home", _("Kept."), row.pk)
        except homes.NoWayToUs:
            fault = _("Leave the chat or the form: people must be able to reach you.")
    now = homes.of_inbox(row.pk)
    chosen_now = set(request.POST.getlist("choices")) if request.method == "POST" else set(now["choices"])
    teams_now = (
        set(request.POST.getlist("departments"))
        if request.method == "POST"
        else {str(one["id"]) for one in homes.departments(row.pk)}
    )
    category = homes.reports(row.pk)
    category_now = (
        request.POST.get("reports", "") if request.method == "POST" else str(category.pk if category else "")
    )
    return show(
        request, "home", "settings_inboxes", row.name, back="settings_inboxes", tabs=tabs(row, "home"), inbox=row,
        fault=fault, status=422 if fault else 200,
        choices=[(one.value, one.label, LINES[one], one.value in chosen_now) for one in (Choice.HELP, Choice.CHAT, Choice.FORM, Choice.REPORT, Choice.REQUESTS, Choice.PORTAL)],
        categories=[("", _("None: whoever takes it decides")), *_categories()],
        category=category_now,
        urgent="urgent" in request.POST if request.method == "POST" else now["urgent"],
        teams=[(team.pk, team.name, team.description, str(team.pk) in teams_now) for team in Team.objects.filter(archived_at=None).order_by("name")],
    )  # fmt: skip
