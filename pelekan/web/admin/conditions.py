"""The editor of conditions, for rules, automations, service levels and views: read from a form, drawn for a page.

    condition, errors = conditions.read(request.POST, "when")     # JSON of the condition, or None with what is wrong
    conditions.pressed(request.POST, "when")                      # a button of the editor: draw again, keep nothing
    conditions.editor(condition, "when", post=request.POST)       # for {{ conditions.editor(condition) }} in a template

`sets=True` offers only what can be asked of a whole table (views, scheduled rules); `always=False` refuses "every ticket".
"""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pelekan.lib.text import clean_controls, isolate, latin_digits, local_digits, whole
from pelekan.people.models import Agent
from pelekan.tickets.conditions import ast
from pelekan.tickets.conditions.fields import ALONE, FACTS, LISTS, NUMBERS, Ask, Field, Kind, field_named
from pelekan.web.admin import condition_rows as shape
from pelekan.web.admin import condition_words as words
from pelekan.web.admin import seeking
from pelekan.web.admin.choices import SOUGHT, Choices
from pelekan.web.admin.condition_rows import Row
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents

FRESH = Row(1, name="channel", op="one_of")
"""What a new row asks before anything is chosen."""

UNITS = {"minutes": 1 / 60, "hours": 1.0, "days": 24.0}
_SPLIT = re.compile(r"[,،;؛\n]+")
_KEY = re.compile(r"[0-9]{1,3}\Z")


def language() -> str:
    return (get_language() or "en")[:2]


def pressed(post: QueryDict, name: str = "when") -> bool:
    """Whether a button of the editor was pressed (which happens without JavaScript only)."""
    return f"{name}-act" in post


def read(
    post: QueryDict,
    name: str = "when",
    *,
    sets: bool = False,
    always: bool = True,
    eyes: Agent | None = None,
) -> tuple[dict[str, Any] | None, list[str]]:
    """The condition that the form holds, as JSON that `ast.parse` takes; None with the sentences that say what is
    wrong (`editor(…, post=post)` shows each at its row). `eyes`: whoever can choose only what he may look up."""
    choices = Choices(language(), eyes)
    rows = _marked(_rows(post, name, eyes), choices, sets=sets, always=always)
    errors = list(dict.fromkeys(row.error for row in rows if row.error))
    if errors:
        return None, errors
    tree = _tree(rows)
    try:
        return ast.dump(ast.parse(tree)), []
    except ast.BadCondition as fault:
        return None, [_SAYS.get(fault.code, _unfit)()]


def editor(
    condition: dict[str, Any] | None,
    name: str = "when",
    *,
    post: QueryDict | None = None,
    sets: bool = False,
    always: bool = True,
    eyes: Agent | None = None,
) -> dict[str, Any]:
    """What the template draws. With `post` it shows what was typed, after the button that was pressed; its errors
    only when no button was."""
    at, choices = None, Choices(language(), eyes)
    if post is not None and f"{name}-row" in post:
        rows = _rows(post, name, eyes)
        if pressed(post, name):
            what, _colon, key = str(post[f"{name}-act"]).partition(":")
            rows, at = shape.act(rows, what, int(key) if _KEY.match(key) else 0, FRESH)
        else:
            rows = _marked(rows, choices, sets=sets, always=always)
    elif condition:
        rows = shape.rows_of(condition, _typed)
    else:
        rows = [Row(0, way="all"), FRESH]
    return _drawn(rows, name, at, choices, sets=sets, always=always)


@require_POST
@agents
def renew(request: HttpRequest) -> HttpResponse:
    """The editor after a button or another field was chosen: what the page's script puts in place."""
    name = request.POST.get("name", "")
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,40}", name):
        return HttpResponse(status=400)
    asks = request.POST.get(f"{name}-asks", "")
    drawn = editor(
        None, name, post=request.POST, sets="sets" in asks, always="always" in asks, eyes=agent_in(request)
    )
    response = render(request, "settings/condition_part.html", {"condition": drawn})
    response["X-Focus"] = drawn["focus"]
    return response


# What was typed


def _rows(post: QueryDict, name: str, eyes: Agent | None = None) -> list[Row]:
    found = []
    for key in post.getlist(f"{name}-row")[: shape.MOST_ROWS]:
        given = f"{name}-{key}-"
        depth = post.get(given + "depth", "1")
        way = post.get(given + "way", "")
        head = post.get(given + "name", "")
        if head in FACTS:
            head = f"{head}.{clean_controls(post.get(given + 'extra', '')).strip()[:60]}"
        values = tuple(clean_controls(value).strip() for value in post.getlist(given + "value"))
        values = _meant(head, values, eyes)
        found.append(
            Row(
                int(depth) if depth.isascii() and depth.isdigit() and len(depth) < 3 else 1,
                way if way in (*shape.WAYS, "always") else "", head, post.get(given + "op", ""),
                tuple(value for value in values if value), post.get(given + "unit", "hours"),
            )
        )  # fmt: skip
    return shape.settled(_fitting(row) for row in found)


def _meant(name: str, values: tuple[str, ...], eyes: Agent | None) -> tuple[str, ...]:
    """Without a script one types whom one means; a mail address becomes who has it. What is nobody's stays as it is typed."""
    kind = _field(name).values
    if kind not in (*SOUGHT, "agent"):
        return values
    each = (part.strip() for value in values for part in _SPLIT.split(value))
    return tuple(
        dict.fromkeys(
            part if part.isdigit() and part.isascii() else seeking.key_of(kind, part, eyes) or part
            for part in each
            if part
        )
    )


def _fitting(row: Row) -> Row:
    """A row whose question and values belong to its field: after another field is chosen the rest begins anew."""
    if row.is_group:
        return row
    field = _field(row.name)
    known = words.asks(field)
    op = row.op if row.op in known else next(iter(known))
    values = row.values
    if op != row.op and (op in ALONE or (op in NUMBERS) != (row.op in NUMBERS)):
        values = ()
    if field.values and field.kind is Kind.NUMBER or field.kind in (Kind.CHOICE, Kind.CHOICES):
        values = tuple(value for value in values if len(value) <= 120)
    return Row(
        row.depth,
        "",
        row.name if field_named(row.name) or "." in row.name else "channel",
        op,
        values,
        row.unit,
    )


def _field(name: str) -> Field:
    head, _dot, key = name.partition(".")
    if head in FACTS:
        return Field(name, Kind.FACT, sets=head == "customer_fact", known=True)
    return field_named(name) or field_named("channel")  # type: ignore[return-value]


def _typed(test: dict[str, Any]) -> tuple[tuple[str, ...], str]:
    """How a kept test stands in its row: the values as typed, and the unit."""
    value = test.get("value")
    if value is None:
        return (), "hours"
    if isinstance(value, list):
        return tuple(str(one) for one in value), "hours"
    if _field(str(test.get("field"))).kind is Kind.HOURS:
        amount, unit = words.length_of(float(value))
        return (f"{amount:g}",), unit
    return (f"{value:g}",), "hours"


# What is wrong with it


def _marked(rows: list[Row], choices: Choices, *, sets: bool, always: bool) -> list[Row]:
    """The rows, each with the sentence that says what it lacks."""
    if rows[0].way == "always":
        return rows[:1] if always else [_with(rows[0], _("Add at least one condition."))]
    return [_with(row, _fault(rows, place, choices, sets)) for place, row in enumerate(rows)]


def _with(row: Row, error: str) -> Row:
    return Row(row.depth, row.way, row.name, row.op, row.values, row.unit, error)


def _fault(rows: list[Row], place: int, choices: Choices, sets: bool) -> str:
    row = rows[place]
    if row.is_group:
        empty = shape.until(rows, place) == place + 1
        return _("This group is empty: add a condition or remove the group.") if empty else ""
    field = _field(row.name)
    head, dot, key = row.name.partition(".")
    if dot and not key:
        return _("Write the name of the fact.")
    if sets and not field.sets:
        return _("This can only be asked at the moment something happens, not of a list.")
    if row.op in ALONE:
        return ""
    if row.op in NUMBERS:
        number = number_of(row.values[0]) if row.values else None
        if number is None or not 0 <= number < 100_000:
            return _("Choose how much.") if field.values else _("Write a number.")
        return ""
    return _fault_of_list(row, field, choices)


def _fault_of_list(row: Row, field: Field, choices: Choices) -> str:
    if field.kind in (Kind.WORDS, Kind.FACT):
        values = values_of(row)
        if not values:
            return _("Write at least one word.")
        if max(map(len, values)) > ast.LONGEST_VALUE:
            return _("This is too long: write words, not whole texts.")
        return "" if field.kind is Kind.FACT else _fault_of_words(row, values)
    if not row.values:
        return _("Choose at least one.")
    gone = [value for value in row.values if not choices.exists(field.values, value)]
    typed = next((value for value in gone if whole(value) is None), "")
    if typed and (field.values in SOUGHT or field.values == "agent"):
        return _("Nobody is known as “%(typed)s”. Type a number or a mail address.") % {
            "typed": isolate(typed)
        }
    return _("What was chosen no longer exists: choose anew.") if gone else ""


def _fault_of_words(row: Row, values: list[str]) -> str:
    for value in values:
        try:
            ast.parse({"field": row.name, "is": row.op, "value": [value]})
        except ast.BadCondition:
            return _("“%(words)s” holds no letter or digit that could be looked for.") % {"words": value}
    return ""


def _unfit() -> str:
    return _("These conditions don't fit together. Please look at each once more.")


_SAYS = {
    "too_many": lambda: (
        _("These are too many conditions: at most %(count)s fit.") % {"count": ast.MOST_TESTS}
    ),
    "too_deep": lambda: _("The groups are too deep in each other."),
    "blank": lambda: _("A group is empty: add a condition or remove the group."),
}


# From rows to the condition


def number_of(text: str) -> float | int | None:
    """A number in any digits, with "." or "٫"; None for anything else."""
    text = latin_digits(text).replace("٫", ".").replace("٬", "").strip()
    if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,4})?", text):
        return None
    number = float(text)
    return int(number) if number.is_integer() else number


def values_of(row: Row) -> list[str]:
    """The words of a row, which may have been typed with commas."""
    parts = (part for value in row.values for part in _SPLIT.split(value))
    return list(dict.fromkeys(word for part in parts if (word := " ".join(part.split()))))


_NUMBERED = frozenset({"inbox", "team", "agent", "category", "customer", "organization", "tier"})


def _tree(rows: list[Row]) -> dict[str, Any]:
    def test(place: int) -> dict[str, Any]:
        row = rows[place]
        field = _field(row.name)
        asked: dict[str, Any] = {"field": row.name, "is": row.op}
        if row.op in NUMBERS:
            amount = number_of(row.values[0]) if row.values else None
            if amount is not None and field.kind is Kind.HOURS:
                hours = round(amount * UNITS.get(row.unit, 1.0), 4)
                amount = int(hours) if hours.is_integer() else hours
            asked["value"] = amount
        elif row.op in LISTS:
            if field.kind in (Kind.WORDS, Kind.FACT):
                asked["value"] = values_of(row)
            elif field.values in _NUMBERED:
                asked["value"] = [int(value) for value in row.values if value.isascii() and value.isdigit()]
            else:
                asked["value"] = list(row.values)
        return asked

    return shape.tree_of(rows, test)


# For the template


def _drawn(
    rows: list[Row], name: str, at: int | None, choices: Choices, *, sets: bool, always: bool
) -> dict[str, Any]:
    nodes = [_node(rows, place, name, choices, sets=sets, always=always) for place in range(len(rows))]
    for place in range(1, len(rows)):
        nodes[shape.group_of(rows, place)]["children"].append(nodes[place])
    return {
        "name": name,
        "root": nodes[0],
        "asks": " ".join([*(["sets"] if sets else []), *(["always"] if always else [])]),
        "said": _said(rows, choices, sets=sets, always=always),
        "focus": nodes[at]["id"] if at is not None and at < len(nodes) else "",
    }


def _said(rows: list[Row], choices: Choices, *, sets: bool, always: bool) -> str:
    if any(row.error for row in _marked(rows, choices, sets=sets, always=always)):
        return ""
    return sentence(_tree(rows), choices)


def sentence(condition: dict[str, Any], choices: Choices | None = None) -> str:
    """ "If the channel is E-mail and the category has Bank"."""
    if condition.get("always"):
        return _("For every ticket")
    return _("If %(condition)s") % {"condition": words.in_words(condition, choices or Choices(language()))}


def _node(
    rows: list[Row], place: int, name: str, choices: Choices, *, sets: bool, always: bool
) -> dict[str, Any]:
    row = rows[place]
    end = shape.until(rows, place)
    node = {
        "key": str(place), "id": f"{name}-row-{place}", "depth": row.depth, "way": row.way, "error": row.error,
        "children": [], "up": place > 0 and shape.before_it(rows, place) is not None,
        "down": end < len(rows) and rows[end].depth == row.depth, "out": row.depth > 1,
        "in": place > 0 and max(one.depth for one in rows[place:end]) < shape.DEEPEST - 1,
        "deeper": row.depth + 2 < shape.DEEPEST,
    }  # fmt: skip
    if row.is_group:
        return node | {"ways": _ways(first=place == 0 and always)}
    return node | _test_node(row, choices, sets=sets)


def _ways(*, first: bool) -> list[dict[str, str]]:
    found = {
        "all": _("All of these are true"), "any": _("At least one of these is true"),
        "none": _("None of these is true"), "not_all": _("Not all of these are true"),
    }  # fmt: skip
    if first:
        found["always"] = _("Every ticket, without conditions")
    return [{"value": code, "label": text} for code, text in found.items()]


def _test_node(row: Row, choices: Choices, *, sets: bool) -> dict[str, Any]:
    field = _field(row.name)
    head, dot, key = row.name.partition(".")
    units = {"minutes": _("minutes"), "hours": _("hours"), "days": _("days")}
    shown = _shape(row, field)
    text = "، ".join(values_of(row)) if shown == "words" else row.values[0] if row.values else ""
    if shown in ("number", "length"):
        text = local_digits(latin_digits(text), choices.language)
    return {
        "name": head, "extra": key if dot else None, "op": row.op, "shape": shown, "chosen": list(row.values),
        "extra_label": _("Name of the question") if head == "answer" else _("Name of the fact"),
        "text": text, "unit": row.unit, "units": [{"value": code, "label": said} for code, said in units.items()],
        "fields": _menu(head, sets=sets), "value_label": words.label(row.name),
        "ops": [{"value": code, "label": said} for code, said in words.asks(field).items()],
        "options": choices.options(field.values, row.values, listed=shown == "one") if shown in ("one", "many") else [],
        "sought": field.values if shown == "many" and choices.sought(field.values) else "",
    }  # fmt: skip


def _shape(row: Row, field: Field) -> str:
    if row.op in ALONE:
        return ""
    if row.op in NUMBERS:
        return "length" if field.kind is Kind.HOURS else "one" if field.values else "number"
    return "words" if field.kind in (Kind.WORDS, Kind.FACT) else "many"


def _menu(chosen: str, *, sets: bool) -> list[dict[str, Any]]:
    """The fields under their headings; for lists only those that can be asked of a table."""
    found = []
    for title, names in words.groups():
        its = [
            {"value": name, "label": text}
            for name, text in names.items()
            if name == chosen
            or not sets
            or name == "customer_fact"
            or ((one := field_named(name)) and one.sets)
        ]
        if its:
            found.append({"label": title, "options": its})
    return found


__all__ = ["Ask", "editor", "number_of", "pressed", "read", "renew", "sentence"]
