"""Settings → Frustration: weights, thresholds, what is proposed, when something is forgotten; learned from ratings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pelekan.lib.text import latin_digits
from pelekan.people import desk
from pelekan.people.models import Desk
from pelekan.tickets import rulebooks, shaping
from pelekan.tickets.bell.sentences import FORGOTTEN
from pelekan.tickets.frustration import document, ratings
from pelekan.tickets.frustration.sentences import ACTS, LEVELS, NAMES, PRESETS
from pelekan.tickets.frustration.signals import SIGNALS
from pelekan.tickets.frustration.watching import rules_now
from pelekan.web.admin import drafts
from pelekan.web.admin.choices import Choices
from pelekan.web.admin.conditions import language
from pelekan.web.admin.doors import agent, behind
from pelekan.web.admin.frame import show
from pelekan.web.paths import url
from pelekan.web.reading import Reading

KIND, HOME = "frustration", "settings_frustration"
UNITS = {"minutes": 1, "hours": 60, "days": 1440}
UNIT_NAMES = {
    "minutes": gettext_lazy("minutes"), "hours": gettext_lazy("hours"), "days": gettext_lazy("days"),
}  # fmt: skip
PREVIEWED = 12


@behind("rules", "GET", "POST")
def page(request: HttpRequest) -> HttpResponse:
    """Everything on one page; what is changed becomes the draft."""
    body = drafts.body_of(KIND)
    faults: dict[str, str] = {}
    if request.method == "POST":
        body = _typed(request, body)
        try:
            document.check(body)
            drafts.change(KIND, agent(request), lambda draft: draft.update(body))
        except document.BadDocument as bad:
            faults[bad.where] = bad.text
        except rulebooks.CannotKeep as refused:
            faults[""] = str(refused)
        else:
            messages.success(request, _("Kept as a draft. Look at what it changes, then put it in force."))
            return HttpResponseRedirect(reverse(HOME))
    return _shown(request, body, faults)


def _shown(
    request: HttpRequest, body: dict[str, Any], faults: dict[str, str], lesson: ratings.Lesson | None = None
) -> HttpResponse:
    dates = Reading(request.dates)  # type: ignore[attr-defined]
    rules = document.parse(body if not faults else document.preset("balanced"))
    row = Desk.objects.filter(pk=1).first()
    return show(
        request, "frustration", HOME, _("Frustration"),
        _("A customer who loses patience is marked before he says so, with the reasons and a next step. Nothing is forgotten, and what is solved is asked about once more."),
        status=422 if faults else 200,
        panel=drafts.panel(KIND, Choices(language())), faults=faults,
        weights=[(name, str(NAMES[name]), body.get("weights", {}).get(name, document.WEIGHTS[name])) for name in SIGNALS],
        thresholds=[(name, str(LEVELS[name]), (body.get("thresholds") or {}).get(name)) for name in ("watch", "act")],
        acts=_acts(body), reasons=[("", _("any reason")), *((name, str(NAMES[name])) for name in SIGNALS)],
        presets=[(name, str(words)) for name, words in PRESETS.items()],
        forgotten=[(name, str(FORGOTTEN.get(name) or _("Managers are told after a further")), *_amount(rules.forgotten[name])) for name in (*document.LISTS, "alarm")],
        units=[(name, str(words)) for name, words in UNIT_NAMES.items()],
        preview=[_previewed(one, dates) for one in ratings.preview(body, rules_now(), dates.now)[:PREVIEWED]] if not faults else [],
        chart=_chart(dates), lesson=_lesson(lesson, dates) if lesson else None,
        learned=_in_force(rules, dates), follow_up=row.follow_up_hours if row else None,
    )  # fmt: skip


def _acts(body: dict[str, Any]) -> list[dict[str, Any]]:
    known = {act["propose"]: act for act in body.get("acts", ())}
    return [
        {"name": name, "label": str(ACTS[name]), "from": known.get(name, {}).get("from", ""),
         "reason": known.get(name, {}).get("reason", "")}
        for name in document.PROPOSALS
    ]  # fmt: skip


def _amount(minutes: int) -> tuple[int, str]:
    """The amount in the largest unit that fits evenly."""
    for name in ("days", "hours"):
        if minutes and minutes % UNITS[name] == 0:
            return minutes // UNITS[name], name
    return minutes, "minutes"


def _typed(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    """The document as it was typed; what is no number stays as typed and is refused by the check."""
    form = request.POST
    acts = [
        {
            "propose": name,
            "from": _number(form.get(f"act-{name}", "")),
            "reason": form.get(f"reason-{name}", ""),
        }
        for name in document.PROPOSALS
        if form.get(f"act-{name}", "").strip()
    ]
    forgotten = {
        name: _times(_number(form.get(f"forgotten-{name}", "")), form.get(f"unit-{name}", ""))
        for name in (*document.LISTS, "alarm")
    }
    return {
        **body,
        "weights": {name: _number(form.get(f"weight-{name}", "")) for name in SIGNALS},
        "thresholds": {name: _number(form.get(f"threshold-{name}", "")) for name in ("watch", "act")},
        "acts": acts,
        "forgotten": forgotten,
        "learned": None if form.get("unlearn") else body.get("learned"),
    }


def _number(text: str) -> Any:
    plain = latin_digits(text.strip())
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 7 else text


def _times(amount: Any, unit: str) -> Any:
    return amount * UNITS.get(unit, 1) if isinstance(amount, int) else amount


def _previewed(one: dict[str, Any], dates: Reading) -> dict[str, Any]:
    ticket, before, after = one["ticket"], one["before"], one["after"]
    return {
        "url": url("desk_ticket", ticket.pk),
        "subject": ticket.subject,
        "customer": ticket.customer.name,
        "before": dates.digits(before.score),
        "before_level": str(LEVELS.get(before.level, "")),
        "after": dates.digits(after.score),
        "after_level": str(LEVELS.get(after.level, "")),
        "level": after.level,
        "changes": before.level != after.level,
    }


def _chart(dates: Reading) -> list[dict[str, Any]]:
    """Ratings by round trips: a row of the table and a bar of the picture each."""
    return [
        {
            "trips": dates.digits(one["trips"]) + ("+" if one["trips"] == ratings.MOST_TRIPS else ""),
            "ratings": dates.digits(one["ratings"]),
            "average": dates.digits(f"{one['average']:.1f}"),
            "bad": dates.digits(f"{round(100 * one['bad'] / one['ratings'])}"),
            "share": round(20 * one["average"]),
        }
        for one in ratings.by_round_trips(dates.now)
    ]


def _lesson(lesson: ratings.Lesson, dates: Reading) -> dict[str, Any]:
    weights = lesson.learned["weights"] if lesson.learned else {}
    most = max(weights.values(), default=1) or 1
    ordered = sorted(weights.items(), key=lambda pair: -pair[1])
    return {
        "ratings": dates.digits(lesson.ratings),
        "bad": dates.digits(lesson.bad),
        "enough": lesson.learned is not None,
        "weights": [(str(NAMES[name]), round(100 * weight / most)) for name, weight in ordered],
        "measured": [
            _measured(one.threshold, one.marked, one.right, one.bad, dates) for one in lesson.measured
        ],
    }


def _measured(threshold: int, marked: int, right: int, bad: int, dates: Reading) -> dict[str, Any]:
    return {
        "threshold": dates.digits(threshold),
        "precision": dates.digits(round(100 * right / marked)) if marked else "",
        "recall": dates.digits(round(100 * right / bad)) if bad else "",
        "marked": dates.digits(marked),
    }


def _in_force(rules: document.Rules, dates: Reading) -> dict[str, Any] | None:
    """What the document that is shown has learned."""
    if rules.learned is None:
        return None
    said = rules.learned.measured
    return {
        "ratings": dates.digits(said.get("ratings", 0)),
        "measured": [
            _measured(one["threshold"], one["marked"], one["right"], one["bad"], dates)
            for one in said.get("at", ())
        ],
    }


@behind("rules", "POST")
def use_preset(request: HttpRequest, name: str) -> HttpResponse:
    """A ready set of weights and thresholds, as a draft; the times of the lists stay."""
    if name in document.PRESETS:
        ready = document.preset(name)
        ready.pop("forgotten")
        drafts.change(KIND, agent(request), lambda draft: draft.update(ready))
        messages.success(request, _("Kept as a draft. Look at what it changes, then put it in force."))
    return HttpResponseRedirect(reverse(HOME))


@behind("rules", "POST")
def learn(request: HttpRequest) -> HttpResponse:
    """Fit weights to the desk's own ratings: shown, or with `use` kept as a draft."""
    body = drafts.body_of(KIND)
    lesson = ratings.learn(document.parse(body), Reading(request.dates).now)  # type: ignore[attr-defined]
    if "use" not in request.POST or lesson.learned is None:
        return _shown(request, body, {}, lesson)
    drafts.change(KIND, agent(request), lambda draft: draft.update(learned=lesson.learned))
    messages.success(request, _("Kept as a draft. Look at what it changes, then put it in force."))
    return HttpResponseRedirect(reverse(HOME))


@behind("settings", "POST")
def follow_up(request: HttpRequest) -> HttpResponse:
    """After how many hours a customer is asked whether it is really solved; nothing typed: never."""
    typed = latin_digits(request.POST.get("hours", "").strip())
    try:
        shaping.save_follow_up(int(typed) if typed else None, by=agent(request))
    except (ValueError, shaping.CannotBe):
        messages.error(request, _("Give a number of hours from 1 to 720, or leave it empty."))
    else:
        desk.forget()
        messages.success(request, _("Kept."))
    return HttpResponseRedirect(reverse(HOME) + "#solved")
