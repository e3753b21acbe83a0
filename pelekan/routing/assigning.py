"""★ Who of a team gets a ticket: a document, the candidates, and a choice that says why. See docs/algorithms/assignment.md.

    {"teams": {"3": {"way": "queue" | "round_robin" | "least_busy", "skills": true, "languages": true, "sticky": true,
                     "presence": true, "shift": true, "weights": {"ticket": 1, "urgent": 2, "chat": 2}}}}

"queue" and teams that are not named: nobody is chosen, people take what they want.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pelekan.routing.acts import BadRules, Fault
from pelekan.tickets.fitting import Fit, Need, weakest

WAYS = ("queue", "round_robin", "least_busy")
SWITCHES = ("skills", "languages", "sticky", "presence", "shift")
WEIGHTS = {"ticket": 1.0, "urgent": 2.0, "chat": 2.0}
"""How heavy a ticket is, one of the highest priority, and a running chat."""
URGENT = 4
HEAVIEST = 20


@dataclass(frozen=True, slots=True)
class Way:
    """How a team gives out its tickets. `presence`: only to those who are online; `shift`: only within their hours."""

    way: str = "queue"
    skills: bool = True
    languages: bool = True
    sticky: bool = True
    presence: bool = True
    shift: bool = True
    weights: Mapping[str, float] = field(default_factory=lambda: WEIGHTS)

    @property
    def gives(self) -> bool:
        return self.way != "queue"


@dataclass(frozen=True, slots=True)
class Assignment:
    """The document, read: team's id → its way."""

    teams: Mapping[int, Way]

    def way_of(self, team_id: int) -> Way:
        return self.teams.get(team_id, QUEUE)


QUEUE = Way()


def assignment_from(body: Any) -> Assignment:
    """Read the document; BadRules says everything that is wrong."""
    if not isinstance(body, dict) or not isinstance(body.get("teams"), dict) or set(body) - {"teams"}:
        raise BadRules([Fault("", "no_teams")])
    faults: list[Fault] = []
    teams = {}
    for key, one in body["teams"].items():
        where = f"teams.{str(key)[:20]}"
        if not str(key).isascii() or not str(key).isdigit() or len(str(key)) > 9:
            faults.append(Fault(where, "no_choice", str(key)[:20]))
        elif not isinstance(one, dict):
            faults.append(Fault(where, "no_team_way"))
        else:
            teams[int(key)] = _way(one, where, faults)
    if faults:
        raise BadRules(faults)
    return Assignment(teams)


def _way(one: dict[str, Any], where: str, faults: list[Fault]) -> Way:
    way = one.get("way")
    if way not in WAYS:
        faults.append(Fault(f"{where}.way", "no_team_way", str(way)[:40]))
    for name in one:
        if name not in ("way", "weights", *SWITCHES):
            faults.append(Fault(f"{where}.{name}", "unknown_value", str(name)[:40]))
    for name in SWITCHES:
        if not isinstance(one.get(name, True), bool):
            faults.append(Fault(f"{where}.{name}", "no_flag"))
    weights = one.get("weights", {})
    if not isinstance(weights, dict) or set(weights) - set(WEIGHTS):
        faults.append(Fault(f"{where}.weights", "unknown_value"))
        weights = {}
    for name, value in weights.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value <= HEAVIEST:
            faults.append(Fault(f"{where}.weights.{name}", "no_weight", str(value)[:40]))
    switches = {name: one.get(name) is not False for name in SWITCHES}
    return Way(str(way), weights={**WEIGHTS, **weights}, **switches)


# Choosing


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate as he was judged. `barred`: why he can't have it now ("" when he can): "refused" (it was taken from
    him), "away", "off_shift", "skill", "language", "full". `score`: less is better. `reasons` speak for him: "knows_customer",
    "skilled", "speaks", "longest_without", "least_busy"."""

    agent: int
    barred: str
    load: float
    score: tuple[float, ...]
    reasons: tuple[str, ...]

    @property
    def json(self) -> dict[str, Any]:
        return {"agent": self.agent, "barred": self.barred, "load": self.load, "reasons": list(self.reasons)}


@dataclass(frozen=True, slots=True)
class Given:
    """Who gets it (None: nobody now) and why; everybody who was asked, best first. `way`: as in the document."""

    agent: int | None
    way: str
    because: tuple[str, ...] = ()
    ranked: tuple[Scored, ...] = ()

    @property
    def outcome(self) -> dict[str, Any]:
        """For `Decision.outcome`; equal outcomes are equal decisions."""
        return {"agent": self.agent, "because": list(self.because)}

    @property
    def nobody_free(self) -> bool:
        return self.agent is None and self.way != "queue"


def choose(document: Assignment, facts: Mapping[str, Any]) -> Given:
    """Who of `facts["candidates"]` gets the ticket, by the way of `facts["team"]`.

    Facts: "team", "language", "need" ([skill, level] or None), "needs" (all of them where there are several), "refused" (agents who gave it back), and "candidates":
    {"agent", "online", "on_shift", "languages", "skills" ({skill: level}; keys may be texts), "tickets", "urgent" (how many
    of those), "capacity", "chats", "last_at" (ISO, when he was last given one, or None), "before" (had this customer)}.
    With "chat": who gets a chat by itself, of those who let chats come ("online": is there). A candidate's "capacity" is that
    for chats then; teams that take their tickets themselves give chats too.
    """
    way = document.way_of(int(facts["team"]))
    if facts.get("chat"):
        return _choose_for_chat(way, facts)
    if not way.gives:
        return Given(None, way.way)
    candidates = list(facts.get("candidates") or ())
    needs = _needs(facts) if way.skills else ()
    speaks = way.languages and any(facts.get("language") in one["languages"] for one in candidates)
    scored = [_scored(one, way, facts, needs, speaks) for one in candidates]
    ranked = tuple(sorted(scored, key=lambda one: (bool(one.barred), one.score)))
    if not ranked or ranked[0].barred:
        return Given(None, way.way, ranked=ranked)
    best = ranked[0]
    first = ("only_one",) if len(ranked) == 1 or ranked[1].barred else (_first(way),)
    because = best.reasons if "knows_customer" in best.reasons else (*best.reasons, *first)
    return Given(best.agent, way.way, because, ranked)


def _choose_for_chat(way: Way, facts: Mapping[str, Any]) -> Given:
    """The fewest chats first; then as for tickets. Nobody waits for someone who isn't there: the language counts only where
    someone who speaks it could take the chat now."""
    needs = _needs(facts) if way.skills else ()
    candidates = list(facts.get("candidates") or ())
    language = facts.get("language")
    speaks = way.languages and any(
        language in one["languages"] and not _chat_bar(one, needs) for one in candidates
    )
    ranked = tuple(
        sorted(
            (_scored_for_chat(one, needs, facts, speaks) for one in candidates),
            key=lambda one: (bool(one.barred), one.score),
        )
    )
    if not ranked or ranked[0].barred:
        return Given(None, "chat", ranked=ranked)
    first = "only_one" if len(ranked) == 1 or ranked[1].barred else "least_busy"
    return Given(ranked[0].agent, "chat", (*ranked[0].reasons, first), ranked)


def _chat_bar(one: Mapping[str, Any], needs: tuple[Need, ...]) -> str:
    return (
        "away" if not one["online"]
        else "skill" if not _fit(one, needs)
        else "full" if one["chats"] >= one["capacity"]
        else ""
    )  # fmt: skip


def _scored_for_chat(
    one: Mapping[str, Any], needs: tuple[Need, ...], facts: Mapping[str, Any], speaks: bool
) -> Scored:
    language = facts.get("language") in one["languages"]
    barred = _chat_bar(one, needs) or ("language" if speaks and not language else "")
    fit = _fit(one, needs)
    reasons = (*(("skilled",) if needs and fit else ()), *(("speaks",) if speaks and language else ()))
    spare = float(max(fit.spare, 0))  # an expert is kept free for what only he can do
    score = (float(one["chats"]), spare, _moment(one["last_at"] or ""), float(one["agent"]))
    load = round(100 * one["chats"] / max(int(one["capacity"]), 1), 3)
    return Scored(int(one["agent"]), barred, load, score, reasons)


def _fit(one: Mapping[str, Any], needs: tuple[Need, ...]) -> Fit:
    return weakest({int(key): level for key, level in one["skills"].items()}, needs)


def _needs(facts: Mapping[str, Any]) -> tuple[Need, ...]:
    """What one and the same person must be able to do; decisions from before further causes counted have one need at most."""
    alone = [facts["need"]] if facts.get("need") else []
    return tuple((int(skill), int(level)) for skill, level in facts.get("needs") or alone)


def _first(way: Way) -> str:
    return "longest_without" if way.way == "round_robin" else "least_busy"


def _scored(
    one: Mapping[str, Any], way: Way, facts: Mapping[str, Any], needs: tuple[Need, ...], speaks: bool
) -> Scored:
    skill = _fit(one, needs)
    language = facts.get("language") in one["languages"]
    load = load_of(one, way)
    barred = (
        "refused" if one["agent"] in (facts.get("refused") or ())
        else "away" if way.presence and not one["online"]
        else "off_shift" if way.shift and not one["on_shift"]
        else "skill" if not skill
        else "language" if speaks and not language
        else "full" if one["tickets"] >= one["capacity"]
        else ""
    )  # fmt: skip
    knows = way.sticky and bool(one["before"])
    reasons = (
        *(("knows_customer",) if knows else ()),
        *(("skilled",) if needs and skill else ()),
        *(("speaks",) if speaks and language else ()),
    )
    last, spare = one["last_at"] or "", float(max(skill.spare, 0))
    # an expert is kept free for what only he can do; who has been without one for longest comes before ids
    order = _moment(last)
    score = (order, load, spare) if way.way == "round_robin" else (load, spare, order)
    return Scored(int(one["agent"]), barred, load, (float(not knows), *score, float(one["agent"])), reasons)


def load_of(one: Mapping[str, Any], way: Way) -> float:
    """How much of his capacity an agent uses: his tickets and chats by weight, in hundredths."""
    weights = way.weights
    plain = one["tickets"] - one["urgent"]
    sum_ = plain * weights["ticket"] + one["urgent"] * weights["urgent"] + one["chats"] * weights["chat"]
    return round(100 * sum_ / max(int(one["capacity"]), 1), 3)


def _moment(text: str) -> float:
    """A number that orders ISO moments as time does; 0 for never."""
    return datetime.fromisoformat(text).timestamp() if text else 0.0
