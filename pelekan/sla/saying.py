"""What is wrong with service levels, in words for whoever edits them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from pelekan.people.models import Agent, Team
from pelekan.sla.models import BusinessHours
from pelekan.sla.policies import BadPolicies, parse
from pelekan.tickets.models import Webhook
from pelekan.tickets.rulebooks import Fault

WRONG = {
    "no_document": _("These are no service levels."),
    "too_many_policies": _("There are too many service levels; join some of them."),
    "id_twice": _("Two parts have the same id; give each its own."),
    "no_such_default": _("The default service level does not exist any more; choose another one."),
    "no_policy": _("This is no service level."),
    "bad_id": _("An id has up to 40 Latin letters, digits, - or _."),
    "blank_condition": _("Say which requests it is for. For all of them, choose “all requests”."),
    "bad_condition": _("The condition can't be read; put it together anew."),
    "passing_condition": _(
        "A service level can't be chosen by something that is true only for a moment, such as the words of a message or the time that has passed."
    ),
    "bad_hours": _("These business hours do not exist any more; choose others."),
    "unknown_target": _("There are four targets: first answer, next answer, solution and acceptance."),
    "bad_promise": _("The promise is a time of at least a minute and at most a year."),
    "no_name": _("Give it a name in at least one language."),
    "bad_time": _("A target is a time of at least a minute and at most a year."),
    "bad_clock": _("A target counts business hours or all hours."),
    "bad_pause": _("A clock can rest while we wait for the customer and while the request is on hold."),
    "bad_remind": _("A target reminds at any hour, or while the office is open."),
    "too_many_steps": _("There are too many steps; twenty are enough for anybody."),
    "no_step": _("This is no step."),
    "bad_moment": _("A step comes at a share of the target, after some minutes, or some minutes before its end."),
    "no_act": _("Say what the step does."),
    "unknown_act": _("A step can't do that."),
    "bad_whom": _("Choose whom to tell."),
    "bad_way": _("Choose how to tell: by the bell, by mail, or both."),
    "bad_script": _("The script is too long."),
    "bad_level": _("An alarm is soon, late or very late."),
    "no_team": _("The team of a step does not exist any more; choose another one."),
    "no_hook": _("The webhook of a step does not exist any more; choose another one."),
    "no_agent": _("The agent whom a step tells does not work here any more; choose someone else."),
}  # fmt: skip


def faults(body: Mapping[str, Any]) -> list[Fault]:
    """All that is wrong with a document of kind "sla"; [] when it can be put in force."""
    rows = body.get("policies", [])
    if not isinstance(rows, list):
        return [_fault(BadPolicies("no_document"), ())]
    found: list[Fault] = []
    for place, row in enumerate(rows):
        try:
            parse({"policies": [row]})
        except BadPolicies as bad:
            found.append(_fault(bad, ("policies", place)))
    if not found:
        try:
            parse(body)
        except BadPolicies as bad:
            found.append(_fault(bad, ()))
    return found or [*_gone(rows)]


def _fault(bad: BadPolicies, where: tuple[str | int, ...]) -> Fault:
    place = [*where]
    if bad.target:
        place += ["targets", bad.target]
    if bad.step:
        place += ["steps", bad.step]
    return Fault(tuple(place), str(WRONG[bad.why]))


def _gone(rows: list[Any]) -> Iterator[Fault]:
    """What it names and is no more."""
    hours = set(BusinessHours.objects.filter(archived_at=None).values_list("pk", flat=True))
    teams = set(Team.objects.filter(archived_at=None).values_list("pk", flat=True))
    agents = set(Agent.objects.filter(disabled_at=None).values_list("pk", flat=True))
    hooks = set(Webhook.objects.filter(archived_at=None).values_list("pk", flat=True))
    for place, row in enumerate(rows):
        if row.get("hours") is not None and row["hours"] not in hours:
            yield Fault(("policies", place, "hours"), str(WRONG["bad_hours"]))
        for kind, target in (row.get("targets") or {}).items():
            for step in (target or {}).get("steps") or []:
                for act in step["do"]:
                    at = ("policies", place, "targets", kind, "steps", step["id"])
                    whom = str(act.get("whom", ""))
                    if act["act"] == "escalate" and act["team"] not in teams:
                        yield Fault(at, str(WRONG["no_team"]))
                    if act["act"] == "webhook" and act["hook"] not in hooks:
                        yield Fault(at, str(WRONG["no_hook"]))
                    if whom.startswith("agent:") and int(whom.partition(":")[2]) not in agents:
                        yield Fault(at, str(WRONG["no_agent"]))
