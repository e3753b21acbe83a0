"""What a try on the past found, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pelekan.lib.text import isolate
from pelekan.lib.time import Dates
from pelekan.routing import rules
from pelekan.routing.models import Diverted, Replay
from pelekan.routing.replay import work
from pelekan.routing.replay.judges import setup_of
from pelekan.routing.replay.past import read
from pelekan.routing.replay.retrace import Step, retrace
from pelekan.routing.replay.tally import Tally
from pelekan.sla.timers.models import TargetKind
from pelekan.tickets.rulebooks.models import RulebookKind
from pelekan.web.admin.acts_form import act_in_words
from pelekan.web.admin.choices import Choices
from pelekan.web.workspace.traces import steps_shape

MOST_MOVES = 30

KIND_OF = {"teams": "team", "priorities": "priority", "agents": "agent", "tiers": "tier"}


def tables() -> dict[str, str]:
    """The tables of moves, in their order."""
    return {
        "teams": _("Between teams"), "tiers": _("Between steps"), "priorities": _("Other priority"),
        "policies": _("Other service level"), "agents": _("Other agent"),
    }  # fmt: skip


def because(why: str) -> str:
    """Why a recorded decision is not what the present rules decide."""
    return {
        "version": _("Another version of the rules was in force; that one decides the same again."),
        "unexplained": _("Even the version of then decides otherwise today. Please report this."),
    }.get(why, why)


def found_in_words(row: Replay, choices: Choices, dates: Dates) -> dict[str, Any]:
    """The sums: {"tickets", "moments", "changed", "unknown", "rebuilt", "moves": [{"title", "rows"}], "load", "breaches",
    "share" (self-check: per cent that is reproduced), "differing"}."""
    tally = Tally.of(row.tally)
    policies = policies_of(row, choices.language)
    return {
        "tickets": tally.tickets, "moments": tally.moments, "changed": tally.changed, "unknown": tally.unknown,
        "rebuilt": tally.rebuilt,
        "moves": [
            {"title": title, "rows": _moves(tally.moves[table], table, choices, policies)}
            for table, title in tables().items() if tally.moves.get(table)
        ],
        "load": _load(tally, choices, row),
        "breaches": _breaches(tally),
        "share": _share(sum(tally.differing.values()), tally.moments),
        "differing": [(because(why), count, why) for why, count in sorted(tally.differing.items())],
    }  # fmt: skip


def _share(differing: int, moments: int) -> float:
    """Per cent that is the same; never rounded up to a hundred."""
    if not differing or not moments:
        return 100.0
    return min(99.9, round(100 * (moments - differing) / moments, 1))


def policies_of(row: Replay, language: str) -> dict[str, str]:
    books = {**row.books, **row.drafts}
    found = {}
    for pk in {row.books.get("sla"), books.get("sla")} - {None}:
        for policy in setup_of({"sla": pk}, gone=False).policies.policies:
            found[policy.id] = policy.named(language)
    return found


def value_in_words(fact: str, value: Any, choices: Choices, policies: Mapping[str, str] | None = None) -> str:
    """One value of a fact as people call it."""
    if value in (None, "", []):
        return pgettext("value", "none")
    if fact == "policy":
        return (policies or {}).get(str(value), str(value))
    kind = {"team": "team", "tier": "tier", "assignee": "agent", "priority": "priority", "impact": "degree",
            "urgency": "degree", "category": "category"}.get(fact)  # fmt: skip
    if fact == "registered":
        return pgettext("condition", "yes") if value else pgettext("condition", "no")
    if kind is None:
        return str(value)
    return choices.name(kind, value[0] if isinstance(value, list) else value)


def _moves(
    counted: Mapping[str, int], table: str, choices: Choices, policies: Mapping[str, str]
) -> list[dict[str, Any]]:
    fact = {"teams": "team", "tiers": "tier", "priorities": "priority", "agents": "assignee"}.get(
        table, "policy"
    )
    found = []
    for key, count in sorted(counted.items(), key=lambda pair: -pair[1])[:MOST_MOVES]:
        before, _sign, after = key.partition(">")
        names = [value_in_words(fact, one or None, choices, policies) for one in (before, after)]
        found.append({"before": names[0], "after": names[1], "count": count})
    return found


def _load(tally: Tally, choices: Choices, row: Replay) -> list[dict[str, Any]]:
    days = max((row.until - row.since).total_seconds() / 86_400, 1 / 24)
    return [
        {
            "team": choices.name("team", team), "before": int(sums[0]), "after": int(sums[1]),
            "open_before": round(sums[2] / 24 / days, 1), "open_after": round(sums[3] / 24 / days, 1),
        }
        for team, sums in sorted(tally.load.items(), key=lambda pair: -pair[1][0])
    ]  # fmt: skip


def _breaches(tally: Tally) -> list[dict[str, Any]]:
    return [
        {
            "target": TargetKind(target).label, "measured": (sums[0], sums[2]), "broken": (sums[1], sums[3]),
            "shares": tuple(round(100 * sums[n + 1] / sums[n]) if sums[n] else None for n in (0, 2)),
        }
        for target, sums in tally.breaches.items()
    ]  # fmt: skip


def changes_in_words(
    changes: Mapping[str, Any], choices: Choices, policies: Mapping[str, str]
) -> list[dict[str, str]]:
    """[{"what", "before", "after", "worse"}] of one ticket."""
    names = {
        "team": _("Team"), "tier": _("Step"), "assignee": _("Agent"), "impact": _("Impact"), "urgency": _("Urgency"),
        "priority": _("Priority"), "category": _("Category"), "policy": _("Service level"), "registered": _("Registered"),
    }  # fmt: skip
    found = []
    for name, (before, after) in changes.items():
        if name.startswith("breach:"):
            label = TargetKind(name.partition(":")[2]).label
            found.append(
                {
                    "what": str(label),
                    "before": _kept(before),
                    "after": _kept(after),
                    "tone": "breach" if after else "success",
                }
            )
        elif name not in ("impact", "urgency"):
            found.append(
                {
                    "what": names.get(name, name), "before": value_in_words(name, before, choices, policies),
                    "after": value_in_words(name, after, choices, policies), "tone": "",
                }
            )  # fmt: skip
    return found


def _kept(broken: bool | None) -> str:
    if broken is None:
        return pgettext("target", "no target")
    return pgettext("target", "late") if broken else pgettext("target", "in time")


def steps_in_words(line: Diverted, choices: Choices, policies: Mapping[str, str]) -> list[dict[str, Any]]:
    """Both traces of a ticket's decisions, told again from what was recorded: [{"kind", "at", "rebuilt", "why", "before",
    "after"}], each side {"said", "rules"}."""
    row = line.replay
    if row.checks_itself:
        return [_kept_step(step, choices, policies) for step in line.steps]
    before, after = work.setups(row)
    past = read([line.ticket], after, row.until, rebuild=True)
    path = retrace(past[0].moments, work.judges(after, before), after.see)
    return [
        {
            "kind": RulebookKind(step.moment.kind).label, "at": step.moment.at, "rebuilt": step.moment.rebuilt, "why": "",
            "before": _side(step.moment.kind, step.moment.outcome, step.moment.facts, _rules_of(step), choices, policies),
            "after": _side(step.moment.kind, step.outcome, step.facts, after.routing, choices, policies),
            "differs": step.differs,
        }
        for step in path.steps if _worth(step)
    ]  # fmt: skip


def _rules_of(step: Step) -> rules.Rules:
    """The routing rules of then; where nothing asked, none."""
    if step.moment.kind != "routing" or step.moment.book is None:
        return rules.Rules()
    return setup_of({"routing": step.moment.book}, gone=False).routing


def _worth(step: Step) -> bool:
    return step.differs or step.outcome is None


def _kept_step(step: Mapping[str, Any], choices: Choices, policies: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": RulebookKind(step["kind"]).label, "at": datetime.fromisoformat(step["at"]), "rebuilt": False,
        "why": because(step.get("why", "")), "differs": True,
        "before": {"said": said(step["kind"], step["before"], choices, policies), "rules": []},
        "after": {"said": said(step["kind"], step["after"], choices, policies), "rules": []},
    }  # fmt: skip


def _side(
    kind: str,
    outcome: Mapping[str, Any] | None,
    facts: Mapping[str, Any],
    document: rules.Rules,
    choices: Choices,
    policies: Mapping[str, str],
) -> dict[str, Any]:
    shown = steps_shape(rules.steps(document, facts), choices) if kind == "routing" else []
    return {
        "said": said(kind, outcome, choices, policies),
        "rules": [one for one in shown if one["verdict"] != "other_event"],
    }


def said(
    kind: str, outcome: Mapping[str, Any] | None, choices: Choices, policies: Mapping[str, str]
) -> list[str]:
    """An outcome in a few words."""
    if outcome is None:
        return [_("It can't be told: what it would have looked at was not recorded.")]
    if kind == "priority":
        name = value_in_words("priority", outcome.get("priority"), choices)
        return [_("Priority %(name)s") % {"name": isolate(name)}]
    if kind == "assignment":
        return [value_in_words("assignee", outcome.get("agent"), choices)]
    if kind == "sla":
        return [value_in_words("policy", outcome.get("policy"), choices, policies)]
    return [*_acts(outcome.get("do") or (), choices)] or [_("No rule fits: it stays where it is.")]


def _acts(acts: Iterable[Mapping[str, Any]], choices: Choices) -> Iterable[str]:
    return (act_in_words(dict(one), choices) for one in acts)
