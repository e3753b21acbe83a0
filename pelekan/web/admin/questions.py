"""The questions of an inbox: facts that are asked before a request, and what each answer means for impact and urgency."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pelekan.lib.text import latin_digits, one_line
from pelekan.people.models import Language, Team
from pelekan.tickets import forms, shaping
from pelekan.tickets.models import Category, Inbox
from pelekan.web.admin.conditions import language
from pelekan.web.admin.doors import agent, behind, get_object_or_404, went
from pelekan.web.admin.frame import show
from pelekan.web.admin.inboxes import ASKING, tabs
from pelekan.web.workspace.reasons import degree

BLANK_ROWS = 3
Row = dict[str, Any]
_PRIORITY = re.compile(r"\bpriorit|اولویت|الأولوية|أولوية", re.IGNORECASE)


def kinds(channel: str) -> list[tuple[str, str]]:
    """What can be asked by this channel."""
    facts = [
        ("choice", _("One of a list")), ("yes_no", _("Yes or no")), ("number", _("A number")), ("text", _("Text")),
    ]  # fmt: skip
    contact = [("name", _("The visitor's name")), ("email", _("E-mail")), ("phone", _("Phone"))]
    return facts + (contact if channel == "chat" else [])


def _inbox(pk: int) -> Inbox:
    return get_object_or_404(Inbox.objects.select_related("team"), pk=pk, channel__in=ASKING)


@behind("settings")
def questions(request: HttpRequest, pk: int) -> HttpResponse:
    """All questions of an inbox, in their order."""
    inbox = _inbox(pk)
    rows = forms.asked(inbox.questions)
    names = dict(kinds(inbox.channel))
    shown = [
        {
            "name": one["name"], "label": forms.in_words(one.get("label"), language(), one["name"]),
            "kind": names.get(forms.kind_of(one), ""), "required": bool(one.get("required")),
            "after": _after(one, rows), "means": [_meaning(option) for option in one.get("options") or () if _meaning(option)],
            "first": place == 0, "last": place == len(rows) - 1,
        }
        for place, one in enumerate(rows)
    ]  # fmt: skip
    lead = _(
        "Ask for facts, from which impact and urgency follow. Every question costs requests, so ask little."
    )
    return show(
        request, "questions", "settings_inboxes", inbox.name, lead, back="settings_inboxes", inbox=inbox,
        tabs=tabs(inbox, "questions"), questions=shown, full=len(rows) >= forms.MOST,
    )  # fmt: skip


def _after(one: forms.Question, rows: list[forms.Question]) -> str:
    """What a question depends on, in words."""
    needs = one.get("show_if") or {}
    other = next((row for row in rows if row["name"] == needs.get("name")), None)
    if other is None:
        return ""
    given = ", ".join(_answer(other, value) for value in needs.get("is", ()))
    return _("Only after “%(question)s” is answered with: %(answers)s") % {
        "question": forms.in_words(other.get("label"), language(), other["name"]), "answers": given,
    }  # fmt: skip


def _answer(one: forms.Question, value: str) -> str:
    if forms.kind_of(one) == "yes_no":
        return pgettext("answer", "Yes") if value == "yes" else pgettext("answer", "No")
    found: dict[str, Any] = next(
        (option for option in one.get("options") or () if option.get("value") == value), {}
    )
    return forms.in_words(found.get("label"), language(), value)


def _meaning(option: Mapping[str, Any]) -> str:
    """What an answer means, for the list."""
    parts = []
    if option.get("impact"):
        parts.append(_("impact %(degree)s") % {"degree": degree(option["impact"])})
    if option.get("urgency"):
        parts.append(_("urgency %(degree)s") % {"degree": degree(option["urgency"])})
    if option.get("tag"):
        parts.append(f"#{option['tag']}")
    said = forms.in_words(
        option.get("label"),
        language(),
        {"yes": pgettext("answer", "Yes"), "no": pgettext("answer", "No")}.get(
            str(option.get("value")), str(option.get("value", ""))
        ),
    )
    return f"{said}: {' · '.join(parts)}" if parts else ""


@behind("settings", "GET", "POST")
def new_question(request: HttpRequest, pk: int) -> HttpResponse:
    inbox = _inbox(pk)
    if len(forms.asked(inbox.questions)) >= forms.MOST:
        raise Http404
    return _edit(
        request, inbox, {"name": f"q{secrets.token_hex(3)}", "kind": "choice", "label": {}}, new=True
    )


@behind("settings", "GET", "POST")
def question(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    inbox = _inbox(pk)
    found = next((one for one in forms.asked(inbox.questions) if one["name"] == name), None)
    if found is None:
        raise Http404
    return _edit(request, inbox, dict(found), new=False)


def _edit(request: HttpRequest, inbox: Inbox, stored: Row, *, new: bool) -> HttpResponse:
    earlier = _earlier(inbox, stored["name"])
    row, fault = stored, ""
    if request.method == "POST":
        row = typed(request.POST, stored["name"], inbox.channel)
        fault = fault_of(row, earlier)
        if not fault:
            rows = (
                [*inbox.questions, row]
                if new
                else [row if one.get("name") == row["name"] else one for one in inbox.questions]
            )
            shaping.save_inbox(inbox, by=agent(request), questions=rows)
            return went(request, "settings_questions", _("Kept."), inbox.pk)
    heading = _("New question") if new else forms.in_words(row.get("label"), language(), _("Question"))
    return show(
        request, "question", "settings_inboxes", heading, inbox.name, inbox=inbox, row=row, new=new, fault=fault,
        kinds=kinds(inbox.channel), languages=Language.choices, earlier=_offered(earlier, row), options=_rows(row),
        departments=_departments(inbox, row), categories=_categories(inbox, row),
        degrees=[(level, degree(level)) for level in (1, 2, 3)], status=422 if fault else 200,
    )  # fmt: skip


def _departments(inbox: Inbox, row: Row) -> list[tuple[int, str, bool]]:
    """The departments among which customers of this inbox choose: (id, name, whether the question is theirs)."""
    if inbox.channel != "portal":
        return []
    own = row.get("teams") or ()
    return [
        (team.pk, team.name, team.pk in own) for team in Team.objects.filter(offered=True, archived_at=None)
    ]


def _categories(inbox: Inbox, row: Row) -> list[tuple[int, str, bool]]:
    if inbox.channel != "portal":
        return []
    own = row.get("categories") or ()
    return [(one.pk, one.name, one.pk in own) for one in Category.objects.filter(archived_at=None)]


def _earlier(inbox: Inbox, name: str) -> list[forms.Question]:
    """Those before this question on which it can depend."""
    rows = forms.asked(inbox.questions)
    place = next((n for n, one in enumerate(rows) if one["name"] == name), len(rows))
    return [one for one in rows[:place] if forms.kind_of(one) in ("choice", "yes_no")]


def _offered(earlier: list[forms.Question], row: Row) -> list[dict[str, Any]]:
    needs = row.get("show_if") or {}
    return [
        {
            "label": forms.in_words(one.get("label"), language(), one["name"]),
            "answers": [
                {
                    "value": f"{one['name']}={value}", "label": _answer(one, value),
                    "checked": needs.get("name") == one["name"] and value in needs.get("is", ()),
                }
                for value in forms.values_of(one)
            ],
        }
        for one in earlier
    ]  # fmt: skip


def _rows(row: Row) -> dict[str, list[dict[str, Any]]]:
    """The answers of each kind as rows of the form, with some that are blank."""
    kind, kept = (
        forms.kind_of(row),
        [dict(one) for one in row.get("options") or () if isinstance(one, Mapping)],
    )
    blank: list[dict[str, Any]] = [{} for _n in range(BLANK_ROWS)]
    by_value = {str(one.get("value")): one for one in kept} if kind == "yes_no" else {}
    return {
        "choice": (kept if kind == "choice" else []) + blank,
        "number": (kept if kind == "number" else []) + blank,
        "yes_no": [{"value": value, **by_value.get(value, {})} for value in forms.YES_NO],
    }


# What was typed


def typed(post: QueryDict, name: str, channel: str) -> Row:
    """The question that the form describes."""
    kind = post.get("kind", "")
    row: Row = {
        "name": name, "kind": kind if kind in dict(kinds(channel)) else "text", "required": "required" in post,
        "label": _texts(post, "label"), "help": _texts(post, "help"),
    }  # fmt: skip
    if row["kind"] in ("choice", "number", "yes_no"):
        row["options"] = _options(post, row["kind"])
    for field in ("teams", "categories"):
        ids = [
            int(one) for one in post.getlist(field)[:200] if one.isascii() and one.isdigit() and len(one) < 19
        ]
        if ids:
            row[field] = ids
    pairs = [one.partition("=") for one in post.getlist("show_if")[:60]]
    if pairs:
        row["show_if"] = {"name": pairs[0][0], "is": [value for _n, _eq, value in pairs]}
        if len({one[0] for one in pairs}) > 1:
            row["show_if"]["mixed"] = True
    return row


def _texts(post: QueryDict, name: str, place: int | None = None) -> dict[str, str]:
    found = {}
    for code in Language.values:
        values = post.getlist(f"{name}_{code}")
        text = one_line(values[place or 0] if (place or 0) < len(values) else "", 120)
        if text:
            found[code] = text
    return found


def _options(post: QueryDict, kind: str) -> list[Row]:
    values = post.getlist(f"{kind}_value")[: forms.MOST_OPTIONS + BLANK_ROWS]
    found = []
    for place, value in enumerate(values):
        label = _texts(post, f"{kind}_label", place) if kind == "choice" else {}
        means = {
            axis: int(given)
            for axis in ("impact", "urgency")
            if (given := _at(post, f"{kind}_{axis}", place)) in ("1", "2", "3")
        }
        tag = one_line(_at(post, f"{kind}_tag", place), 48).lstrip("#").strip()
        value = latin_digits(value).strip() if kind == "number" else one_line(value, 40)
        if kind == "choice" and not label:
            continue
        if kind == "number" and not value:
            continue
        option: Row = {
            "value": value or f"a{secrets.token_hex(3)}",
            **({"label": label} if label else {}),
            **means,
        }
        found.append({**option, **({"tag": tag} if tag else {})})
    return found


def _at(post: QueryDict, name: str, place: int) -> str:
    values = post.getlist(name)
    return values[place] if place < len(values) else ""


def fault_of(row: Row, earlier: list[forms.Question]) -> str:
    """What is wrong with a question, as a sentence; "" when it can be kept."""
    if not row["label"]:
        return _("Write the question in at least one language.")
    if any(_PRIORITY.search(text) for text in row["label"].values()):
        return _(
            "Ask for facts, not for the priority: to whoever asks, his own request is urgent. What can he not do? How many are affected?"
        )
    options = row.get("options") or []
    if row["kind"] == "choice" and len(options) < 2:
        return _("Write at least two answers to choose from.")
    if len(options) > forms.MOST_OPTIONS:
        return _("These are too many answers; keep those that make a difference.")
    if row["kind"] == "number" and any(not re.fullmatch(r"\d{1,9}", one["value"]) for one in options):
        return _("Write whole numbers, such as 10.")
    needs = row.get("show_if")
    if needs and needs.pop("mixed", False):
        return _("Let it depend on answers to one question only.")
    if needs:
        other = next((one for one in earlier if one["name"] == needs["name"]), None)
        if other is None or any(value not in forms.values_of(other) for value in needs["is"]):
            return _("It can depend on an earlier question only.")
    return ""


@behind("settings", "POST")
def act(request: HttpRequest, pk: int, name: str, what: str) -> HttpResponse:
    """Move a question up or down, or take it away with what depends on it alone."""
    inbox = _inbox(pk)
    rows = [dict(one) for one in forms.asked(inbox.questions)]
    place = next((n for n, one in enumerate(rows) if one["name"] == name), None)
    if place is None or what not in ("up", "down", "remove"):
        raise Http404
    if what == "remove":
        del rows[place]
    else:
        to = max(0, min(len(rows) - 1, place + (-1 if what == "up" else 1)))
        rows[place], rows[to] = rows[to], rows[place]
    seen: set[str] = set()
    for one in rows:  # what depended on something that is gone or comes later is asked always
        if (one.get("show_if") or {}).get("name", "") not in seen:
            one.pop("show_if", None)
        seen.add(one["name"])
    shaping.save_inbox(inbox, by=agent(request), questions=rows)
    return went(request, "settings_questions", _("Kept."), inbox.pk)
