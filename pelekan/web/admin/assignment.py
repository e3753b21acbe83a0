"""How each team's tickets are given out: the way, and what is looked at."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.lib.text import local_digits
from pelekan.people.models import Team
from pelekan.routing.assigning import HEAVIEST, SWITCHES, WAYS, WEIGHTS
from pelekan.tickets.rulebooks import CannotKeep
from pelekan.web.admin import drafts, rule_words
from pelekan.web.admin.choices import Choices
from pelekan.web.admin.conditions import language, number_of
from pelekan.web.admin.doors import agent, behind
from pelekan.web.admin.frame import show
from pelekan.web.admin.linting import findings


@behind("rules", "GET", "POST")
def assignment(request: HttpRequest) -> HttpResponse:
    """All teams in one form; keeping it makes the draft."""
    teams = list(Team.objects.filter(archived_at=None, tier__level__gt=0).select_related("tier"))
    body = drafts.body_of("assignment")
    faults: dict[str, str] = {}
    if request.method == "POST":
        made, faults = _read(request.POST, [str(team.pk) for team in teams])
        if not faults:
            return _kept(request, made)
        body = {"teams": {**body.get("teams", {}), **made}}
    choices = Choices(language())
    marks = findings("assignment", body)
    shown = [
        _drawn(team, body.get("teams", {}).get(str(team.pk)), request, faults)
        | {"marks": marks.get(str(team.pk), [])}
        for team in teams
    ]
    return show(
        request, "assignment", "settings_assignment", _("Assignment"),
        _("Who of a team gets a ticket. Nobody gets more than fits; when nobody is free it waits in the team's queue and the manager is told."),
        teams=shown, panel=drafts.panel("assignment", choices), faults=list(faults.values()), status=422 if faults else 200,
    )  # fmt: skip


def _kept(request: HttpRequest, made: dict[str, Any]) -> HttpResponse:
    def put(body: dict[str, Any]) -> None:
        body["teams"] = {**body.get("teams", {}), **made}

    try:
        drafts.change("assignment", agent(request), put)
    except CannotKeep as refused:
        messages.error(request, " ".join(fault.text for fault in refused.faults))
    else:
        messages.success(request, _("Kept in the draft. It counts when the draft is put in force."))
    return HttpResponseRedirect(reverse("settings_assignment"))


def _read(post: QueryDict, teams: list[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Team → its way, and team → what is wrong."""
    found: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for key in teams:
        way = post.get(f"{key}-way", "queue")
        one: dict[str, Any] = {"way": way if way in WAYS else "queue"}
        one |= {name: f"{key}-{name}" in post for name in SWITCHES}
        weights = {}
        for name in WEIGHTS:
            number = number_of(post.get(f"{key}-{name}", ""))
            if number is None or number > HEAVIEST:
                faults[key] = _("Write how much each counts as a number from 0 to %(most)s.") % {
                    "most": local_digits(str(HEAVIEST), language())
                }
                number = WEIGHTS[name]
            weights[name] = number
        found[key] = {**one, "weights": weights}
    return found, faults


def _drawn(
    team: Team, way: dict[str, Any] | None, request: HttpRequest, faults: dict[str, str]
) -> dict[str, Any]:
    its = way or {"way": "queue"}
    weights = {**WEIGHTS, **(its.get("weights") or {})}
    key = str(team.pk)
    typed = request.POST if key in faults else None
    labels = {
        "skills": (_("Skill"), _("Only people with the skill that the category asks for.")),
        "languages": (_("Language"), _("Who speaks the customer's language comes first.")),
        "sticky": (_("Known faces"), _("Back to the agent who helped this customer last.")),
        "presence": (_("Presence"), _("Only who is online.")),
        "shift": (_("Working hours"), _("Only within the agent's own working hours.")),
    }
    numbers = {"ticket": _("A ticket counts"), "urgent": _("An urgent one"), "chat": _("A chat")}
    return {
        "id": key, "name": team.name, "tier": team.tier.name, "level": team.tier.level, "way": its.get("way", "queue"),
        "said": rule_words.way_in_words(way, language()), "error": faults.get(key, ""),
        "ways": list(rule_words.ways().items()),
        "switches": [(name, *labels[name], its.get(name) is not False) for name in SWITCHES],
        "weights": [
            (name, numbers[name], typed.get(f"{key}-{name}", "") if typed else local_digits(f"{weights[name]:g}", language()))
            for name in WEIGHTS
        ],
    }  # fmt: skip
