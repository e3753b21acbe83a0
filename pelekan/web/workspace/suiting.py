"""Which teams and people suit a ticket, in words: what they can do, how much waits there, and who is on."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from pelekan.lib.text import isolate
from pelekan.people.models import Team
from pelekan.tickets.models import Category
from pelekan.tickets.needs import DoesNotFit, Needs, Suits, needs_of, skill_names, suits_of, suits_people

MOST_NAMED = 2


def levels() -> dict[int, str]:
    """How well one can do something."""
    return {1: _("learning"), 2: _("able"), 3: _("expert")}


def skill_words(needs: Needs) -> str:
    """«the bank's panel (expert), Kurdish»; "" where nothing is needed."""
    names = skill_names(needs)
    each = [
        isolate(names[skill]) if level <= 1 else f"{isolate(names[skill])} ({levels()[min(level, 3)]})"
        for skill, level in needs
        if skill in names
    ]
    return pgettext("list", ", ").join(each)


def teams_for(ticket: Any, teams: list[dict[str, Any]], people: list[dict[str, Any]]) -> dict[str, Any]:
    """`teams` of moves.teams_with_load, by whether they suit: {"fit", "others", "skill", "chosen" (id or None)}. Each gets
    "reason", "asks" and, as "online", how many of those who can do it are there."""
    needs = needs_of(ticket)
    suits = suits_of([team["id"] for team in teams], needs)
    names = {one["id"]: one["name"] for one in people}
    asks = dict(Team.objects.values_list("pk", "tier__asks"))
    skill = skill_words(needs)
    fit: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    for team in teams:
        its = suits[team["id"]]
        team["asks"] = asks.get(team["id"], []) if team["level"] > ticket.tier.level else []
        team["reason"] = _why(its, skill, names)
        team["online"] = len(its.online) if its else team["online"]
        (fit if its else others).append(team)
    return {"fit": fit, "others": others, "skill": skill, "chosen": _chosen(ticket, fit)}


def _why(suits: Suits, skill: str, names: dict[int, str]) -> str:
    if not suits.members:
        return _("Nobody works in this team.")
    if not suits:
        return _("Nobody here can do this: %(skill)s.") % {"skill": skill}
    if not suits.needs:
        return ""
    # those who are there are named first
    able = sorted(suits.able, key=lambda pk: pk not in suits.online)
    shown = pgettext("list", ", ").join(isolate(names[pk]) for pk in able[:MOST_NAMED] if pk in names)
    more = len(able) - MOST_NAMED
    if more > 0:
        words = ngettext(
            "%(names)s and %(count)s more can do this: %(skill)s.",
            "%(names)s and %(count)s more can do this: %(skill)s.",
            more,
        )
        return words % {"names": shown, "count": more, "skill": skill}
    return ngettext(
        "%(names)s can do this: %(skill)s.", "%(names)s can do this: %(skill)s.", len(able)
    ) % {"names": shown, "skill": skill}  # fmt: skip


def _chosen(ticket: Any, fit: list[dict[str, Any]]) -> int | None:
    """The team that is proposed: the category's own, else of the next step up with anyone suitable the one with most of
    them there and least to do."""
    above = [team for team in fit if team["level"] > ticket.tier.level]
    named = _team_of(ticket.category_id)
    if named != ticket.team_id and any(team["id"] == named for team in above):
        return named
    if not above:
        return None
    step = min(team["level"] for team in above)
    nearest = [team for team in above if team["level"] == step]
    return int(min(nearest, key=lambda team: (-team["online"], _number(team["load"])))["id"])


def _number(words: str) -> int:
    digits = words.rstrip("+")
    return int(digits) if digits.isdecimal() else 0


def _team_of(category_id: int | None) -> int | None:
    if category_id is None:
        return None
    fields = ("team_id", "parent__team_id", "parent__parent__team_id")
    row = Category.objects.filter(pk=category_id).values_list(*fields).first() or ()
    return next((pk for pk in row if pk), None)


def people_for(ticket: Any, people: list[dict[str, Any]]) -> dict[str, Any]:
    """`people` of moves.people_with_load, by whether they suit: {"people", "others", "skill"}."""
    needs = needs_of(ticket)
    if not needs:
        return {"people": people, "others": [], "skill": ""}
    suits = suits_people([(one["id"], one["presence"]) for one in people], needs)
    return {
        "people": [one for one in people if suits[one["id"]]],
        "others": [one for one in people if not suits[one["id"]]],
        "skill": skill_words(needs),
    }


def refusal(fault: DoesNotFit) -> str:
    """What an agent reads whose ticket would go where nobody can do what it needs."""
    words = {"skill": skill_words(fault.suits.needs)}
    if fault.agent is not None:
        words["name"] = isolate(fault.agent.name)
        return (
            _(
                "%(name)s can't do this: %(skill)s. Choose someone else, or say why it should be this person anyway."
            )
            % words
        )
    words["name"] = isolate(fault.team.name) if fault.team else ""
    if not fault.suits.members:
        return (
            _("Nobody works in %(name)s. Choose another team, or say why it should go there anyway.") % words
        )
    return (
        _(
            "Nobody in %(name)s can do this: %(skill)s. Choose another team, or say why it should go there anyway."
        )
        % words
    )
