"""★ A service level policy between its form and its document (`pelekan.sla.policies`): lengths as hours and minutes in any
digits, steps as rows of one act each. Rows of the same moment become one step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pelekan.lib.text import clean_controls, latin_digits, local_digits

TARGETS = ("first_response", "next_response", "resolution", "acceptance")
LANGUAGES = ("fa", "ar", "en")
HOWS = ("minutes", "share", "before_minutes")
PAUSES = ("waiting", "on_hold")
MOST_ROWS = 20
LONGEST = 525_600  # minutes: a year

TELL = ("tell_agent", "tell_manager", "tell_team", "tell_one")
ACTS = (*TELL, "call", "alarm_1", "alarm_2", "alarm_3", "escalate", "reassign", "webhook")
WAYS = {"both": ["bell", "mail"], "mail": ["mail"], "bell": ["bell"]}


@dataclass
class Row:
    """One line of a target's steps as it was typed. `fault` is a word of `sla_words.FAULTS`."""

    id: str = ""
    how: str = "minutes"
    hours: str = ""
    minutes: str = ""
    share: str = ""
    act: str = "tell_agent"
    by: str = "both"
    agent: str = ""
    team: str = ""
    hook: str = ""
    say: dict[str, str] = field(default_factory=dict)
    fault: str = ""


@dataclass
class TargetForm:
    """One target: whether it is promised, how long, on which clock, what pauses it, what happens on the way."""

    kind: str
    on: bool = False
    hours: str = ""
    minutes: str = ""
    clock: str = "business"
    pause: tuple[str, ...] = PAUSES
    hold: bool = False
    rows: list[Row] = field(default_factory=list)
    fault: str = ""


@dataclass
class PolicyForm:
    """What the editor shows. `hours`: the id of business hours, "" for the ticket's own."""

    names: dict[str, str] = field(default_factory=dict)
    hours: str = ""
    targets: list[TargetForm] = field(default_factory=list)
    promise_hours: str = ""
    promise_minutes: str = ""
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def is_wrong(self) -> bool:
        return bool(self.faults) or any(
            target.fault or any(row.fault for row in target.rows) for target in self.targets
        )


# From the document


def form_of(policy: Mapping[str, Any], digits: str = "en") -> PolicyForm:
    """What the editor begins with. `digits`: the language whose digits are written."""
    name = policy.get("name") or {}
    names = dict(name) if isinstance(name, Mapping) else dict.fromkeys(LANGUAGES, str(name))
    promise = _split(policy.get("promise"), digits)
    return PolicyForm(
        names={code: names.get(code) or names.get("", "") for code in LANGUAGES},
        hours=str(policy.get("hours") or ""),
        targets=[_target_form(kind, (policy.get("targets") or {}).get(kind), digits) for kind in TARGETS],
        promise_hours=promise[0],
        promise_minutes=promise[1],
    )


def _target_form(kind: str, target: Mapping[str, Any] | None, digits: str) -> TargetForm:
    if not target:
        return TargetForm(kind)
    hours, minutes = _split(target.get("within_minutes"), digits)
    rows = [_row(step, act, digits) for step in target.get("steps") or () for act in step.get("do") or ()]
    pause = tuple(target.get("pause", PAUSES))
    hold = target.get("remind") == "open"
    return TargetForm(kind, True, hours, minutes, target.get("clock", "business"), pause, hold, rows)


def _row(step: Mapping[str, Any], act: Mapping[str, Any], digits: str) -> Row:
    [(how, value)] = (step.get("at") or {"minutes": 0}).items()
    row = Row(id=str(step.get("id", "")), how=how)
    if how == "share":
        row.share = local_digits(f"{value * 100:g}", digits)
    else:
        row.hours, row.minutes = _split(value, digits)
    name, whom = act.get("act"), str(act.get("whom", ""))
    if name == "tell":
        row.act = f"tell_{whom}" if f"tell_{whom}" in TELL else "tell_one"
        row.agent = whom.partition(":")[2]
        row.by = next((key for key, ways in WAYS.items() if set(ways) == set(act.get("by") or ())), "both")
    elif name == "alarm":
        row.act = f"alarm_{act.get('level')}"
    else:
        row.act = str(name)
        row.team, row.hook = str(act.get("team") or ""), str(act.get("hook") or "")
        script = act.get("script") or {}
        row.say = dict(script) if isinstance(script, Mapping) else dict.fromkeys(LANGUAGES, str(script))
    return row


def _split(minutes: Any, digits: str) -> tuple[str, str]:
    """(hours, minutes) as they are typed; "" for nothing."""
    if not minutes:
        return "", ""
    hours, rest = divmod(int(minutes), 60)
    return (
        local_digits(str(hours), digits) if hours else "",
        local_digits(str(rest), digits) if rest else "",
    )


# From what was typed


class Post:
    """The fields of a request, as far as this form asks for them."""

    def __init__(self, data: Any) -> None:
        self.data = data

    def one(self, name: str) -> str:
        return clean_controls(self.data.get(name, "")).strip()

    def all(self, name: str) -> list[str]:
        return [clean_controls(value).strip() for value in self.data.getlist(name)]


def typed(data: Any) -> PolicyForm:
    """The form as it was sent (`data` is a QueryDict), with what is wrong at its place."""
    post = Post(data)
    form = PolicyForm(
        names={code: " ".join(post.one(f"name_{code}").split())[:120] for code in LANGUAGES},
        hours=post.one("hours"),
        targets=[_typed_target(post, kind) for kind in TARGETS],
        promise_hours=post.one("promise_h")[:8],
        promise_minutes=post.one("promise_m")[:8],
    )
    if not any(form.names.values()):
        form.faults["name"] = "name"
    if (form.promise_hours or form.promise_minutes) and not length_of(
        form.promise_hours, form.promise_minutes
    ):
        form.faults["promise"] = "length"
    if not any(target.on for target in form.targets):
        form.faults["targets"] = "targets"
    return form


def _typed_target(post: Post, kind: str) -> TargetForm:
    target = TargetForm(
        kind,
        on=bool(post.one(f"{kind}_on")),
        hours=post.one(f"{kind}_h")[:8],
        minutes=post.one(f"{kind}_m")[:8],
        clock="elapsed" if post.one(f"{kind}_clock") == "elapsed" else "business",
        pause=tuple(one for one in PAUSES if one in post.all(f"{kind}_pause")),
        hold=bool(post.one(f"{kind}_hold")),
        rows=_typed_rows(post, f"{kind}_step_"),
    )
    if target.on and not length_of(target.hours, target.minutes):
        target.fault = "length"
    if target.on:
        for row in target.rows:
            row.fault = _fault_of(row)
    return target


def _typed_rows(post: Post, name: str) -> list[Row]:
    columns = {
        key: post.all(name + key)
        for key in ("id", "how", "hours", "minutes", "share", "act", "by", "agent", "team", "hook",
                    "say_fa", "say_ar", "say_en")
    }  # fmt: skip
    rows = []
    for place in range(min(len(columns["how"]), MOST_ROWS)):
        given = {key: values[place] if place < len(values) else "" for key, values in columns.items()}
        say = {code: given.pop(f"say_{code}")[:4_000] for code in LANGUAGES}
        rows.append(
            Row(**{**given, "how": given["how"] if given["how"] in HOWS else "minutes",
                   "act": given["act"] if given["act"] in ACTS else "tell_agent",
                   "by": given["by"] if given["by"] in WAYS else "both"}, say=say)
        )  # fmt: skip
    return rows


def _fault_of(row: Row) -> str:
    if row.how == "share":
        if share_of(row.share) is None:
            return "share"
    elif not length_of(row.hours, row.minutes):
        return "length"
    needs = {"tell_one": (row.agent, "agent"), "escalate": (row.team, "team"), "webhook": (row.hook, "hook")}
    value, fault = needs.get(row.act, ("1", ""))
    return "" if whole(value) else fault


def document_of(form: PolicyForm, id: str, when: Mapping[str, Any], new_id: Iterable[str]) -> dict[str, Any]:
    """The policy as its document keeps it. `new_id` gives names to steps that have none."""
    names = iter(new_id)
    return {
        "id": id,
        "name": {code: text for code, text in form.names.items() if text},
        "when": when,
        "hours": whole(form.hours) or None,
        "targets": {target.kind: _target(target, names) for target in form.targets if target.on},
        "promise": length_of(form.promise_hours, form.promise_minutes) or None,
    }


def _target(target: TargetForm, names: Any) -> dict[str, Any]:
    return {
        "within_minutes": length_of(target.hours, target.minutes),
        "clock": target.clock,
        "pause": list(target.pause),
        **({"remind": "open"} if target.hold and target.clock == "elapsed" else {}),
        "steps": _steps(target.rows, names),
    }


def _steps(rows: Sequence[Row], names: Any) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    taken: set[str] = set()
    for row in rows:
        at = (
            {"share": share_of(row.share)}
            if row.how == "share"
            else {row.how: length_of(row.hours, row.minutes)}
        )
        known = next((step for step in steps if step["at"] == at), None)
        if known is None:
            fits = re.fullmatch(r"[A-Za-z0-9_-]{1,40}", row.id) and row.id not in taken
            known = {"id": row.id if fits else next(names), "at": at, "do": []}
            taken.add(known["id"])
            steps.append(known)
        known["do"].append(_act(row))
    return steps


def _act(row: Row) -> dict[str, Any]:
    if row.act in TELL:
        whom = f"agent:{whole(row.agent)}" if row.act == "tell_one" else row.act.removeprefix("tell_")
        return {"act": "tell", "whom": whom, "by": list(WAYS[row.by])}
    if row.act.startswith("alarm_"):
        return {"act": "alarm", "level": int(row.act[-1])}
    if row.act == "call":
        return {"act": "call", "script": {code: text for code, text in row.say.items() if text}}
    if row.act == "escalate":
        return {"act": "escalate", "team": whole(row.team)}
    if row.act == "webhook":
        return {"act": "webhook", "hook": whole(row.hook)}
    return {"act": "reassign"}


def length_of(hours: str, minutes: str) -> int | None:
    """«۳» and «۳۰» in minutes; None for what is no length, or is nothing, or longer than a year."""
    found = [_number(hours), _number(minutes)]
    if None in found:
        return None
    total = (found[0] or 0) * 60 + (found[1] or 0)
    return total if 0 < total <= LONGEST else None


def share_of(text: str) -> float | None:
    """«۸۰» percent as 0.8; None for what is none. More than all is possible: 150 is half the time late."""
    number = _number(latin_digits(text).replace("%", "").replace("٪", ""))
    return number / 100 if number and number <= 1000 else None


def whole(text: str) -> int:
    """A row's id; 0 for anything else."""
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,17}", text) else 0


def _number(text: str) -> int | None:
    text = latin_digits(text).strip()
    if not text:
        return 0
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else None
