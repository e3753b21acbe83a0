"""Service levels as their pages draw them: cards, the picture of the steps, choices of the form, faults in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from pelekan.people.models import Agent, Team
from pelekan.tickets.webhooks.models import Webhook
from pelekan.web import sla_words
from pelekan.web.admin import conditions, sla_form
from pelekan.web.admin.sla_differences import name_of
from pelekan.web.reading import Reading

Names = sla_words.Names


def names() -> Names:
    """Names of what policies point to by id, read once for a page."""
    known = {
        "agent": dict(Agent.objects.values_list("pk", "user__name")),
        "team": dict(Team.objects.values_list("pk", "name")),
        "hook": dict(Webhook.objects.values_list("pk", "name")),
    }
    return lambda kind, pk: known.get(kind, {}).get(pk, "")


def card(
    policy: Mapping[str, Any], body: Mapping[str, Any], before: Mapping[str, Any], dates: Reading, language: str,
    names: Names,
) -> dict[str, Any]:  # fmt: skip
    """A policy in the list of all; `before` is the document in force."""
    ids = [one["id"] for one in body["policies"]]
    was = next((one for one in before.get("policies") or () if one["id"] == policy["id"]), None)
    return {
        "id": policy["id"],
        "name": name_of(policy, language),
        "when": conditions.sentence(policy["when"]),
        "targets": [_promise_of(kind, target, dates) for kind, target in _targets(policy)],
        "stops": stops(policy, dates, names),
        "is_default": policy["id"] == body["default"],
        "first": policy["id"] == ids[0],
        "last": policy["id"] == ids[-1],
        "new": was is None,
        "changed": was is not None and was != policy,
    }


def _targets(policy: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    found = policy.get("targets") or {}
    return [(kind, found[kind]) for kind in sla_form.TARGETS if found.get(kind)]


def _promise_of(kind: str, target: Mapping[str, Any], dates: Reading) -> dict[str, str]:
    within = sla_words.length(int(target["within_minutes"]), dates)
    said = (
        _("%(time)s, day and night") if target.get("clock") == "elapsed" else _("%(time)s in business hours")
    )
    return {"name": sla_words.target_name(kind), "within": said % {"time": within}}


def stops(policy: Mapping[str, Any], dates: Reading, names: Names) -> list[dict[str, Any]]:
    """What happens after how long, over all targets: [{label, lines: [{sign, kind, text}]}], the picture of a policy.
    Where a row only turns amber no stair is drawn of its own: what people get to do is what counts."""
    found: dict[int, list[dict[str, str]]] = {}
    for kind, target in _targets(policy):
        within = int(target["within_minutes"])
        due = _("%(target)s is due") % {"target": sla_words.target_name(kind)}
        _add(found, within, "flag", "due", due)
        for step in target.get("steps") or ():
            [(how, value)] = step["at"].items()
            at = within * value if how == "share" else within - value if how == "before_minutes" else value
            for act in step["do"]:
                sign, colour = sla_words.sign_of(act)
                _add(found, max(0, round(at)), sign, colour, sla_words.act_of(act, names))
    if policy.get("promise"):
        _add(found, int(policy["promise"]), "globe", "promise", _("What customers are promised"))
    return [
        {"label": sla_words.length(minutes, dates), "lines": lines}
        for minutes, lines in sorted(found.items())
        if any(line["kind"] != "near" for line in lines)
    ]


def _add(found: dict[int, list[dict[str, str]]], at: int, sign: str, kind: str, text: str) -> None:
    lines = found.setdefault(at, [])
    if all(line["text"] != text for line in lines):
        lines.append({"sign": sign, "kind": kind, "text": text})


# The form


def target(form: sla_form.TargetForm) -> dict[str, Any]:
    return {
        "kind": form.kind, "name": sla_words.target_name(form.kind), "help": sla_words.target_help(form.kind),
        "form": form,
    }  # fmt: skip


def choices() -> dict[str, Any]:
    """What the selects of a step offer."""
    agents = Agent.objects.filter(disabled_at=None).select_related("user")
    hooks = [
        (str(pk), name) for pk, name in Webhook.objects.filter(archived_at=None).values_list("pk", "name")
    ]
    return {
        "hows": [("minutes", _("After")), ("share", _("At a share of the time")), ("before_minutes", _("Before the end"))],
        "acts": [
            ("tell_agent", _("Tell the agent")), ("tell_manager", _("Tell the manager")), ("tell_team", _("Tell the whole team")),
            ("tell_one", _("Tell one colleague")), ("call", _("Call the customer")), ("alarm_1", sla_words.alarm_of(1)),
            ("alarm_2", sla_words.alarm_of(2)), ("alarm_3", sla_words.alarm_of(3)), ("escalate", _("Give it to another team")),
            ("reassign", _("Back into the queue")), *([("webhook", _("Call a webhook"))] if hooks else []),
        ],
        "ways": [("both", _("by notice and mail")), ("mail", _("by mail")), ("bell", _("by notice"))],
        "agents": [("", _("Choose…")), *((str(one.pk), one.name) for one in agents)],
        "teams": [("", _("Choose…")), *((str(pk), name) for pk, name in Team.objects.filter(archived_at=None).values_list("pk", "name"))],
        "hooks": [("", _("Choose…")), *hooks],
    }  # fmt: skip


def fault(word: str) -> str:
    """What is wrong at a place, in words."""
    return {
        "name": _("Give it a name in at least one language."),
        "length": _("Write hours or minutes, such as 3 and 30."),
        "share": _("Write a percentage, such as 80."),
        "targets": _("Switch on at least one target."),
        "agent": _("Choose a colleague."),
        "team": _("Choose a team."),
        "hook": _("Choose a webhook."),
    }.get(word, word)
