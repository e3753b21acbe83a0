"""What a rule does, as rows of a form: read, drawn and said in words. The acts themselves are `routing.acts.ACTS`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from pelekan.lib.text import clean_controls, isolate
from pelekan.routing.acts import FOR_AUTOMATIONS, FOR_ROUTING, BadRules, Fault, acts_from
from pelekan.web.admin.choices import Choices
from pelekan.web.admin.condition_words import listed
from pelekan.web.admin.conditions import language
from pelekan.web.admin.doors import behind

MOST = 20
LISTS = {
    "team": "team", "tier": "step", "agent": "agent", "category": "category", "reply": "reply", "hook": "hook",
    "impact": "degree", "urgency": "degree",
}  # fmt: skip
"""Values that are chosen from a list → the list."""
TEXTS = {"tag": 48, "text": 2000, "script": 2000}
_KEY = re.compile(r"[0-9]{1,3}\Z")


def names() -> dict[str, str]:
    """The acts as they are chosen."""
    return {
        "team": _("Move it to a team"), "tier": _("Move it to a step"), "agent": _("Give it to an agent"),
        "stay": _("Leave it where it is"), "assess": _("Set impact and urgency"), "category": _("Choose a category"),
        "tag": _("Add a tag"), "untag": _("Remove a tag"), "register": _("Register it as a ticket"),
        "tell": _("Notify someone"), "reply": _("Send a saved reply to the customer"), "note": _("Write an internal note"),
        "call": _("Suggest a call to the customer"), "webhook": _("Call a webhook"), "solve": _("Solve it"),
        "close": _("Close it"),
    }  # fmt: skip


VALUES = {
    "team": ("team",), "tier": ("tier",), "agent": ("agent",), "assess": ("impact", "urgency"), "tag": ("tag",),
    "untag": ("tag",), "category": ("category",), "tell": ("whom", "by", "text"), "reply": ("reply",), "note": ("text",),
    "webhook": ("hook",), "call": ("script",),
}  # fmt: skip


@dataclass
class ActRow:
    act: str
    values: dict[str, Any] = field(default_factory=dict)
    error: str = ""


def pressed(post: QueryDict, name: str = "do") -> bool:
    return f"{name}-act" in post


def allowed(kind: str) -> frozenset[str]:
    """Acts of this kind of rulebook ("routing" or "automations")."""
    return FOR_ROUTING if kind == "routing" else FOR_AUTOMATIONS


def read(post: QueryDict, kind: str, name: str = "do") -> tuple[list[dict[str, Any]], list[str]]:
    """The acts as JSON, and the sentences that say what is wrong with them."""
    rows = _marked(_rows(post, name), kind)
    errors = list(dict.fromkeys(row.error for row in rows if row.error))
    if not rows:
        errors = [_("Choose at least one thing to do.")]
    return [{"act": row.act, **row.values} for row in rows], errors


def editor(
    acts: Iterable[dict[str, Any]], kind: str, name: str = "do", *, post: QueryDict | None = None
) -> dict[str, Any]:
    """What the template draws."""
    focus = -1
    if post is not None and f"{name}-asks" in post:
        rows = _rows(post, name)
        if pressed(post, name):
            rows, focus = _changed(rows, str(post[f"{name}-act"]), kind)
        else:
            rows = _marked(rows, kind)
    else:
        rows = [
            ActRow(one["act"], {key: value for key, value in one.items() if key != "act"}) for one in acts
        ]
        rows = rows or [ActRow("team" if kind == "routing" else "tag")]
    choices = Choices(language())
    drawn = [_drawn(row, place, len(rows), name, kind, choices) for place, row in enumerate(rows)]
    return {"name": name, "asks": kind, "rows": drawn, "focus": f"{name}-row-{focus}" if focus >= 0 else ""}


@behind("rules", "POST")
def renew(request: HttpRequest) -> HttpResponse:
    """The rows after a button or another act was chosen."""
    name = request.POST.get("name", "")
    if name != "do":
        return HttpResponse(status=400)
    kind = "routing" if request.POST.get("do-asks") == "routing" else "automations"
    drawn = editor([], kind, post=request.POST)
    response = render(request, "settings/acts_part.html", {"acts": drawn})
    response["X-Focus"] = drawn["focus"]
    return response


def _rows(post: QueryDict, name: str) -> list[ActRow]:
    found = []
    for key in post.getlist(f"{name}-row")[:MOST]:
        act = post.get(f"{name}-{key}-what", "")
        if act not in VALUES and act not in names():
            continue
        values: dict[str, Any] = {}
        for value in VALUES.get(act, ()):
            given = clean_controls(post.get(f"{name}-{key}-{value}", "")).strip()
            if value == "by":
                values["by"] = [
                    way for way in post.getlist(f"{name}-{key}-by") if way in ("bell", "mail")
                ] or [given]
                values["by"] = [way for way in values["by"] if way] or ["bell"]
            elif value in LISTS:
                values[value] = (
                    int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None
                )
            elif given or (act, value) not in (("tell", "text"), ("call", "script")):
                values[value] = given
        found.append(ActRow(act, values))
    return found


def _changed(rows: list[ActRow], pressed: str, kind: str) -> tuple[list[ActRow], int]:
    what, _colon, key = pressed.partition(":")
    at = int(key) if _KEY.match(key) else 0
    if what == "add" and len(rows) < MOST:
        used = {row.act for row in rows}
        fresh = next((act for act in names() if act in allowed(kind) and act not in used), "note")
        return [*rows, ActRow(fresh)], len(rows)
    if not at < len(rows):
        return rows, -1
    if what == "remove":
        return [*rows[:at], *rows[at + 1 :]], max(0, at - 1)
    if what == "up" and at:
        return [*rows[: at - 1], rows[at], rows[at - 1], *rows[at + 1 :]], at - 1
    if what == "down" and at + 1 < len(rows):
        return [*rows[:at], rows[at + 1], rows[at], *rows[at + 2 :]], at + 1
    return rows, at


def _marked(rows: list[ActRow], kind: str) -> list[ActRow]:
    faults: list[Fault] = []
    acts_from([{"act": row.act, **row.values} for row in rows], "", allowed(kind), faults)
    for fault in faults:
        place = fault.where.split(".")[1] if fault.where.count(".") else ""
        if place.isdigit() and int(place) < len(rows) and not rows[int(place)].error:
            rows[int(place)].error = in_words(fault)
    choices = Choices(language())
    for row in rows:
        for value, of in LISTS.items():
            chosen = row.values.get(value)
            if (
                not row.error
                and chosen is not None
                and (not choices.exists(of, chosen) or choices.gone(of, chosen))
            ):
                row.error = _("What was chosen is archived or no longer exists: choose anew.")
    return rows


def in_words(fault: Fault) -> str:
    """What is wrong, in a sentence."""
    return {
        "no_choice": _("Choose one from the list."), "no_step": _("Choose impact and urgency."),
        "no_tag": _("Write the tag."), "no_text": _("Write the text."), "too_long": _("This text is too long."),
        "no_whom": _("Choose who is notified."), "no_way": _("Choose how: bell or mail."),
        "set_twice": _("An act above decides the same: keep one of them."),
        "unknown_act": _("This kind of rule can't do that."), "no_acts": _("Choose at least one thing to do."),
    }.get(fault.code, _("This does not fit. Please look at it once more."))  # fmt: skip


def _drawn(row: ActRow, place: int, total: int, name: str, kind: str, choices: Choices) -> dict[str, Any]:
    inputs = []
    for value in VALUES.get(row.act, ()):
        given = row.values.get(value)
        shown: dict[str, Any] = {
            "name": value,
            "value": "" if given is None else given,
            "label": _label(row.act, value),
        }
        if value in LISTS:
            shown |= {"shape": "one", "chosen": [str(given)] if given else []}
            shown["options"] = choices.options(LISTS[value], shown["chosen"])
        elif value == "whom":
            shown |= {"shape": "one", "chosen": [str(given)] if given else [], "options": _whom(choices)}
        elif value == "by":
            shown |= {"shape": "ways", "chosen": given or ["bell"], "options": _ways()}
        else:
            shown |= {"shape": "text" if value == "tag" else "long", "most": TEXTS[value]}
            shown["optional"] = (row.act, value) in (("tell", "text"), ("call", "script"))
            shown["list"] = list(choices.all("tag").values()) if value == "tag" else []
        inputs.append(shown)
    offered = [{"value": act, "label": text} for act, text in names().items() if act in allowed(kind)]
    return {
        "key": str(place), "id": f"{name}-row-{place}", "act": row.act, "acts": offered, "inputs": inputs,
        "error": row.error, "up": place > 0, "down": place + 1 < total,
    }  # fmt: skip


def _label(act: str, value: str) -> str:
    return {
        "team": _("Team"), "tier": _("Step"), "agent": _("Agent"), "category": _("Category"), "reply": _("Saved reply"),
        "hook": _("Webhook"), "impact": _("Impact"), "urgency": _("Urgency"), "tag": _("Tag"),
        "text": _("Text of the note") if act == "note" else _("What to say (optional)"),
        "script": _("What to talk about (optional)"), "whom": _("Who"), "by": _("How"),
    }[value]  # fmt: skip


def _ways() -> list[dict[str, str]]:
    return [{"value": "bell", "label": _("in the desk")}, {"value": "mail", "label": _("by mail")}]


def _whom(choices: Choices) -> list[dict[str, Any]]:
    roles = [{"value": "agent", "label": _("Whose ticket it is")}, {"value": "team", "label": _("Its team")},
             {"value": "manager", "label": _("The managers of its team")}]  # fmt: skip
    teams = [{"value": f"team:{one['value']}", "label": one["label"]} for one in choices.options("team")]
    agents = [{"value": f"agent:{one['value']}", "label": one["label"]} for one in choices.options("agent")]
    return [*roles, {"label": _("Teams"), "options": teams}, {"label": _("Agents"), "options": agents}]


# In words


def sentence(acts: Iterable[dict[str, Any]], choices: Choices) -> str:
    """ "it goes to the team Payments and gets the tag bank"."""
    return listed_plain([act_in_words(act, choices) for act in acts])


def listed_plain(parts: list[str]) -> str:
    """Clauses after each other."""
    if len(parts) < 2:
        return "".join(parts)
    return _("%(first)s and %(last)s") % {"first": _("; ").join(parts[:-1]), "last": parts[-1]}


def act_in_words(act: dict[str, Any], choices: Choices) -> str:
    """One act as a clause."""
    its = {
        value: isolate(choices.name(LISTS[value], act[value]))
        for value in LISTS
        if act.get(value) is not None
    } | {"tag": isolate(str(act.get("tag", ""))), "text": isolate(str(act.get("text", "")))}
    its |= {"whom": whom_in_words(str(act.get("whom", "")), choices)}
    say = {
        "team": _("it goes to the team %(team)s"), "tier": _("it goes to the step %(tier)s"),
        "agent": _("%(agent)s gets it"), "stay": _("it stays where it is"),
        "assess": _("impact becomes %(impact)s, urgency %(urgency)s"), "category": _("its category becomes %(category)s"),
        "tag": _("it gets the tag %(tag)s"), "untag": _("it loses the tag %(tag)s"),
        "register": _("it is registered as a ticket"), "tell": _("%(whom)s is notified"),
        "reply": _("the customer gets the reply %(reply)s"), "note": _("a note is written: %(text)s"),
        "call": _("a call to the customer is suggested"), "webhook": _("the webhook %(hook)s is called"),
        "solve": _("it is solved"), "close": _("it is closed"),
    }.get(str(act.get("act")), "")  # fmt: skip
    return say % its


def whom_in_words(whom: str, choices: Choices) -> str:
    """Who is meant by "agent", "team", "manager", "agent:5", "team:3"."""
    kind, _colon, number = whom.partition(":")
    if number:
        return isolate(choices.name(kind, number))
    return {
        "agent": _("whose ticket it is"),
        "team": _("its team"),
        "manager": _("the manager of its team"),
    }.get(whom, "—")


__all__ = ["BadRules", "act_in_words", "editor", "listed", "pressed", "read", "renew", "sentence"]
