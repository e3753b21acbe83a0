"""Settings → Bot → a flow: its steps as a tree, each with a form of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pelekan.knowledge.bot import linting, trial
from pelekan.knowledge.bot.flows import ASKS, KINDS, LOOKS, ways_of
from pelekan.knowledge.models import Translation
from pelekan.lib.text import clean_controls, one_line
from pelekan.people.models import Team
from pelekan.tickets import rulebooks
from pelekan.tickets.models import Category
from pelekan.web.admin import drafts
from pelekan.web.admin.bot import KIND, TONGUES, texts_of
from pelekan.web.admin.doors import agent, behind
from pelekan.web.admin.frame import show

KIND_NAMES = {
    "say": gettext_lazy("Say something"), "ask": gettext_lazy("Ask something"), "branch": gettext_lazy("Go different ways"),
    "look": gettext_lazy("Look up the customer's own data"), "article": gettext_lazy("Show an article"),
    "register": gettext_lazy("Register a ticket"), "hand": gettext_lazy("Hand over to people"), "done": gettext_lazy("End, and ask whether it helped"),
}  # fmt: skip
SIGNS = {
    "say": "message-circle", "ask": "circle-help", "branch": "split", "look": "search", "article": "book-open", "register": "ticket-plus",
    "hand": "users", "done": "circle-check",
}  # fmt: skip
ASK_NAMES = {
    "choice": gettext_lazy("One of several choices"), "text": gettext_lazy("Text"), "number": gettext_lazy("A number"),
    "order": gettext_lazy("An order number"),
}  # fmt: skip
LOOK_NAMES = {
    "ticket": gettext_lazy("How a request of his stands"), "plan": gettext_lazy("His plan"), "organization": gettext_lazy("His organization"),
}  # fmt: skip
OPS = {
    "one_of": gettext_lazy("is one of"), "none_of": gettext_lazy("is none of"), "known": gettext_lazy("is known"), "unknown": gettext_lazy("is not known"),
}  # fmt: skip
ROWS = 6
"""Choices, and conditions, that one step's form offers."""


def _flow(id: str) -> dict[str, Any]:
    found = next((one for one in drafts.body_of(KIND).get("flows") or () if one.get("id") == id), None)
    if found is None:
        raise Http404
    return dict(found)


@behind("rules", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """A new flow, with a first step that can be changed at once."""
    body = drafts.body_of(KIND)
    faults: list[str] = []
    if request.method == "POST":
        taken = {one.get("id") for one in body.get("flows") or ()}
        id = next(f"flow{number}" for number in range(1, 1000) if f"flow{number}" not in taken)
        names = texts_of(request, "name")
        first = texts_of(request, "text")
        made = {
            "id": id,
            "name": names,
            "words": _lines(request),
            "start": "s1",
            "nodes": {"s1": {"kind": "say", "text": first, "next": ""}},
        }
        try:
            drafts.change(
                KIND,
                agent(request),
                lambda document: document.update(flows=[*(document.get("flows") or []), made]),
            )
        except rulebooks.CannotKeep as refused:
            faults = [fault.text for fault in refused.faults]
        else:
            return HttpResponseRedirect(reverse("settings_bot_flow", args=[id]))
    return show(
        request, "bot_flow_new", "settings_bot", _("New flow"), _("A flow is a tree of steps: what the bot says, what it asks, and where each answer leads."),
        status=422 if faults else 200, faults=faults, tongues=TONGUES, back="settings_bot", form=None, posted=request.POST,
    )  # fmt: skip


def _lines(request: HttpRequest) -> list[str]:
    lines = (one_line(line, 120) for line in request.POST.get("words", "").splitlines())
    return [line for line in dict.fromkeys(lines) if line][:20]


@behind("rules", "GET", "POST")
def page(request: HttpRequest, flow: str) -> HttpResponse:
    """The tree with what is wrong in it; its name and the phrases that begin it."""
    found = _flow(flow)
    faults: list[str] = []
    if request.method == "POST":
        if "delete" in request.POST:
            return _deleted(request, flow)
        faults = _change(
            request,
            flow,
            lambda one: one.update(
                name=texts_of(request, "name"),
                words=_lines(request),
                start=request.POST.get("start", one.get("start")),
            ),
        )
        if not faults:
            messages.success(request, _("Kept as a draft. Try it below, then put it in force."))
            return HttpResponseRedirect(reverse("settings_bot_flow", args=[flow]))
    said = [fault.text for fault in linting.advice({"flows": [found]})]
    return show(
        request, "bot_flow", "settings_bot", linting.name_of(found), "", status=422 if faults else 200, faults=faults, advice=said, flow=found, back="settings_bot",
        tree=_tree(found), kinds=[(kind, str(KIND_NAMES[kind]), SIGNS[kind]) for kind in KINDS], tongues=TONGUES, steps=_steps(found),
        trial=trial.begin(), trial_json=json.dumps(trial.begin()), trial_flow=flow,
    )  # fmt: skip


def _deleted(request: HttpRequest, flow: str) -> HttpResponse:
    def without(body: dict[str, Any]) -> None:
        body["flows"] = [one for one in body.get("flows") or () if one.get("id") != flow]
        for one in (body.get("inboxes") or {}).values():
            one["flows"] = [id for id in one.get("flows") or () if id != flow]

    drafts.change(KIND, agent(request), without)
    messages.success(request, _("The flow is gone from the draft."))
    return HttpResponseRedirect(reverse("settings_bot"))


def _change(request: HttpRequest, flow: str, how: Any) -> list[str]:
    """Change this flow in the draft; what is wrong with it comes back and nothing is kept."""

    def change(body: dict[str, Any]) -> None:
        for one in body.get("flows") or ():
            if one.get("id") == flow:
                how(one)

    try:
        drafts.change(KIND, agent(request), change)
    except rulebooks.CannotKeep as refused:
        return list(dict.fromkeys(fault.text for fault in refused.faults))
    return []


def _tree(flow: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The steps in the order of walking, each with its depth and what leads to it; what nothing leads to comes last."""
    nodes, seen, found = flow.get("nodes") or {}, set(), []

    def walk(id: str, depth: int, by: str) -> None:
        if id not in nodes or id in seen:
            return
        seen.add(id)
        node = nodes[id]
        found.append({"id": id, "depth": min(depth, 8), "by": by, **_line(id, node)})
        labels = _labels(node)
        ways = ways_of(node)
        for place, way in enumerate(ways):
            walk(way, depth + (len(ways) > 1), labels[place] if place < len(labels) else "")

    walk(str(flow.get("start", "")), 0, "")
    found += [
        {"id": id, "depth": 0, "by": _("Nothing leads here"), **_line(id, node)}
        for id, node in nodes.items()
        if id not in seen
    ]
    return found


def _labels(node: Mapping[str, Any]) -> list[str]:
    if node.get("kind") == "ask":
        return [_any(one.get("label")) for one in node.get("choices") or ()]
    if node.get("kind") == "branch":
        return [
            *(
                _("condition %(number)s") % {"number": number}
                for number, _one in enumerate(node.get("cases") or (), 1)
            ),
            _("otherwise"),
        ]
    if node.get("kind") == "look":
        return [_("found"), _("not found")]
    return []


def _line(id: str, node: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(node.get("kind"))
    return {
        "kind": str(KIND_NAMES.get(kind, kind)),
        "sign": SIGNS.get(kind, "circle"),
        "text": _any(node.get("text")) or _any(node.get("subject")),
        "ends": "" in ways_of(node),
    }


def _any(texts: Any) -> str:
    return next((str(text) for text in texts.values() if text), "") if isinstance(texts, Mapping) else ""


def _steps(flow: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (id, f"{id}: {_line(id, node)['kind']} {_line(id, node)['text'][:60]}".strip())
        for id, node in (flow.get("nodes") or {}).items()
    ]


@behind("rules", "GET", "POST")
def step(request: HttpRequest, flow: str, step: str) -> HttpResponse:
    """One step's form. `step` "new" makes one, of ?kind=, after ?after=."""
    found = _flow(flow)
    nodes = found.get("nodes") or {}
    node = {"kind": request.GET.get("kind", "say")} if step == "new" else nodes.get(step)
    if node is None or node.get("kind") not in KINDS:
        raise Http404
    faults: list[str] = []
    if request.method == "POST":
        if "delete" in request.POST:
            faults = _change(request, flow, lambda one: _drop(one, step))
        else:
            node = _typed(request, node)
            id = (
                step
                if step != "new"
                else next(f"s{number}" for number in range(1, 1000) if f"s{number}" not in nodes)
            )
            faults = _change(
                request,
                flow,
                lambda one: _put(one, id, node, request.GET.get("after", "") if step == "new" else ""),
            )
        if not faults:
            return HttpResponseRedirect(reverse("settings_bot_flow", args=[flow]))
    rows: list[Any] = [*(node.get("choices") or node.get("cases") or [])]
    kind = node["kind"]
    return show(
        request, "bot_step", "settings_bot", str(KIND_NAMES[kind]), "", status=422 if faults else 200, faults=faults, node=node, kind=kind,
        flow_id=flow, step_id=step, tongues=TONGUES, rows=rows + [{}] * max(0, ROWS - len(rows)) if kind in ("ask", "branch") else [],
        steps=[("", _("The end: ask whether it helped")), *_steps(found)], asks=[(one, str(ASK_NAMES[one])) for one in ASKS],
        looks=[(one, str(LOOK_NAMES[one])) for one in LOOKS], ops=[(one, str(words)) for one, words in OPS.items()],
        names=[("", "—"), *((one, one) for one in _asked(nodes))], fields=_fields(nodes), articles=_articles() if kind == "article" else [],
        categories=[("", _("None")), *Category.objects.filter(archived_at=None).values_list("pk", "name")],
        teams=[("", _("The inbox's own team")), *Team.objects.filter(archived_at=None, tier__level__gte=1).values_list("pk", "name")],
        back_url=reverse("settings_bot_flow", args=[flow]), plain=[_plain_case(one) for one in list[Any](node.get("cases") or ())],
    )  # fmt: skip


def _asked(nodes: Mapping[str, Any]) -> list[str]:
    return list(
        dict.fromkeys(
            str(node.get("name")) for node in nodes.values() if node.get("kind") == "ask" and node.get("name")
        )
    )


def _fields(nodes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a condition of this form can ask: answers, the plan, whether the office is open, the language."""
    answers = [(f"answer.{name}", _("the answer “%(name)s”") % {"name": name}) for name in _asked(nodes)]
    return [
        ("", "—"),
        *answers,
        ("customer_fact.plan", _("the customer's plan")),
        ("office_open", _("the office is open")),
        ("language", _("the language")),
    ]


def _articles() -> list[tuple[int, str]]:
    rows = Translation.objects.filter(published__isnull=False, article__archived_at=None).order_by(
        "article_id", "language"
    )
    found: dict[int, str] = {}
    for article, title in rows.values_list("article_id", "published__title")[:1000]:
        found.setdefault(article, title)
    return list(found.items())


def _plain_case(case: Mapping[str, Any]) -> dict[str, Any]:
    """A condition as this form writes it; `whole` for one that only a file can change."""
    when = case.get("when") or {}
    if set(when) <= {"field", "is", "value"} and "field" in when:
        value = when.get("value")
        return {
            "field": when["field"],
            "is": when.get("is", ""),
            "value": "، ".join(map(str, value)) if isinstance(value, list) else "",
        }
    return {"whole": json.dumps(when, ensure_ascii=False)} if when else {}


def _typed(request: HttpRequest, before: Mapping[str, Any]) -> dict[str, Any]:
    form, kind = request.POST, before["kind"]
    node: dict[str, Any] = {"kind": kind}
    if kind in ("say", "ask", "hand", "done"):
        node["text"] = texts_of(request, "text")
    if kind in ("say", "ask", "branch", "look", "article"):
        node["next"] = form.get("next", "")
    if kind == "ask":
        node |= {"as": form.get("as", "text"), "name": form.get("name", "").strip().lower()}
        if node["as"] == "choice":
            node["choices"] = [one for number in range(ROWS + 4) if (one := _choice(request, number))]
    if kind == "branch":
        node["cases"] = [one for number in range(ROWS + 4) if (one := _case(request, number))]
    if kind == "look":
        node |= {
            "what": form.get("what", ""),
            "from": form.get("from", ""),
            "missing": form.get("missing", ""),
        }
    if kind == "article":
        node["article"] = _number(form.get("article", ""))
    if kind == "register":
        node |= {"subject": texts_of(request, "subject"), "category": _number(form.get("category", ""))}
    if kind in ("register", "hand"):
        node["team"] = _number(form.get("team", ""))
    return node


def _choice(request: HttpRequest, number: int) -> dict[str, Any] | None:
    label = texts_of(request, f"label-{number}")
    if not label:
        return None
    return {
        "value": request.POST.get(f"value-{number}", "") or f"c{number + 1}",
        "label": label,
        "next": request.POST.get(f"to-{number}", ""),
    }


_SPLIT = re.compile(r"[,،;؛\n]+")


def _case(request: HttpRequest, number: int) -> dict[str, Any] | None:
    form = request.POST
    to = form.get(f"to-{number}", "")
    if whole := form.get(f"whole-{number}", ""):
        return {"when": json.loads(whole), "next": to}
    field, asked = form.get(f"field-{number}", ""), form.get(f"is-{number}", "one_of")
    if not field:
        return None
    if field == "office_open":
        return {
            "when": {"field": field, "is": "no" if asked in ("none_of", "unknown") else "yes"},
            "next": to,
        }
    when: dict[str, Any] = {"field": field, "is": asked}
    if asked in ("one_of", "none_of"):
        when["value"] = [
            one
            for part in _SPLIT.split(form.get(f"value-{number}", ""))
            if (one := clean_controls(part).strip())
        ]
    return {"when": when, "next": to}


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _put(flow: dict[str, Any], id: str, node: dict[str, Any], after: str) -> None:
    """Put a step in; a new one comes between the step before it and what followed that."""
    nodes = flow["nodes"]
    if (
        after in nodes
        and "next" in nodes[after]
        and nodes[after].get("kind") in ("say", "ask", "article", "branch", "look")
    ):
        if "next" in node and not node["next"]:
            node["next"] = nodes[after]["next"]
        nodes[after]["next"] = id
    nodes[id] = node


def _drop(flow: dict[str, Any], id: str) -> None:
    """Take a step out; what led to it leads to what followed it."""
    gone = flow["nodes"].pop(id, {})
    further = gone.get("next", "") if gone.get("next", "") != id else ""
    for node in flow["nodes"].values():
        for holder in (node, *(node.get("choices") or ()), *(node.get("cases") or ())):
            for way in ("next", "missing"):
                if holder.get(way) == id:
                    holder[way] = further
    if flow.get("start") == id:
        flow["start"] = further or next(iter(flow["nodes"]), "")
