"""What customers are told: which of it by which inbox, in whose words, and how they rate."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from pelekan.channels.sms.parts import parts
from pelekan.lib.text import local_digits
from pelekan.lib.time import now as clock
from pelekan.people import desk
from pelekan.people.models import Language
from pelekan.tickets.models import Inbox, NoticeText, Rating
from pelekan.tickets.notices import choosing, defaults, rating, texts, words
from pelekan.tickets.notices.rules import Kind
from pelekan.tickets.shaping import CannotBe
from pelekan.web.admin.doors import agent, behind, went
from pelekan.web.admin.frame import show

RECENT = timedelta(days=30)
LATEST = 10  # ratings that are shown

NAMES = {
    Kind.RECEIVED: gettext_lazy("Receipt with the number"),
    Kind.MOVED: gettext_lazy("On another step"),
    Kind.WAITING: gettext_lazy("We wait for the customer"),
    Kind.REMINDER: gettext_lazy("Reminder"),
    Kind.ANSWER: gettext_lazy("Answer"),
    Kind.SOLVED: pgettext_lazy("notice", "Solved"),
    Kind.RATE: gettext_lazy("Question for a rating"),
    Kind.VERIFY: gettext_lazy("Question whether it is really solved"),
}
WHEN = {
    Kind.RECEIVED: gettext_lazy("At once, when a request is registered. Each inbox has a switch for it."),
    Kind.MOVED: gettext_lazy(
        "Five minutes after it climbed to specialists or came back, unless someone answers."
    ),
    Kind.WAITING: gettext_lazy("Five minutes after it was set to wait, unless the question itself went out."),
    Kind.REMINDER: gettext_lazy("Once, three days later, if the customer has not written."),
    Kind.ANSWER: gettext_lazy("The answer itself goes by mail; by SMS goes a word that there is one."),
    Kind.SOLVED: gettext_lazy("With the answer that solves it, else five minutes later."),
    Kind.RATE: gettext_lazy("With the word that it is solved; the stars stand below by themselves."),
    Kind.VERIFY: gettext_lazy(
        "So many hours after solving as Settings → Frustration says, by day; not after a rating or an answer."
    ),
}
ICONS = {
    Kind.RECEIVED: "hash", Kind.MOVED: "arrow-right-left", Kind.WAITING: "hourglass", Kind.REMINDER: "alarm-clock",
    Kind.ANSWER: "reply", Kind.SOLVED: "circle-check", Kind.RATE: "star", Kind.VERIFY: "circle-help",
}  # fmt: skip
PLACES = {
    "number": gettext_lazy("the number"),
    "subject": gettext_lazy("the subject (only where the address is proved)"),
    "name": gettext_lazy("the customer's name (only where the address is proved)"),
    "desk": gettext_lazy("your organization's name"),
    "step": gettext_lazy("who has it: the support team or the specialists"),
    "hours": gettext_lazy("outside the opening hours: when you are back; else nothing"),
    "promise": gettext_lazy("until when a person answers, if the service level promises it; else nothing"),
    "link": gettext_lazy("the link to the request"),
}


@behind("settings", "GET", "POST")
def notices(request: HttpRequest) -> HttpResponse:
    inboxes = list(Inbox.objects.filter(archived_at=None))
    if request.method == "POST":
        on = set(request.POST.getlist("on"))
        for inbox in inboxes:
            silent = [kind for kind in choosing.SWITCHED if f"{inbox.pk}:{kind}" not in on]
            choosing.silence(inbox, silent, by=agent(request))
        return went(request, "settings_notices", _("Kept."))
    own = set(NoticeText.objects.values_list("kind", "language"))
    kinds = [
        {
            "kind": str(kind), "name": NAMES[kind], "when": WHEN[kind], "icon": ICONS[kind],
            "own": [code for code in Language.values if (str(kind), code) in own],
            "cells": [
                {"name": f"{inbox.pk}:{kind}", "on": kind not in inbox.silent, "label": f"{NAMES[kind]}: {inbox.name}"}
                for inbox in inboxes
            ] if kind in choosing.SWITCHED else [],
        }
        for kind in Kind
    ]  # fmt: skip
    lead = _("What customers are told by itself. Close happenings come as one; nobody is told twice.")
    return show(
        request, "notices", "settings_notices", _("Notices"), lead,
        kinds=kinds, inboxes=[inbox.name for inbox in inboxes], rating=ratings(request),
    )  # fmt: skip


def ratings(request: HttpRequest) -> dict[str, Any]:
    """The last thirty days in figures, and the newest words."""
    found = rating.figures(clock() - RECENT)
    most = max(found.each) or 1
    language = request.LANGUAGE_CODE
    rows = (
        Rating.objects.of_solvings()
        .select_related("ticket", "customer")
        .order_by("-created_at", "-pk")[:LATEST]
    )
    return {
        "agents": [
            {"name": one.name, "rated": one.rated, "helpful": one.helpful, "share": round(100 * one.helpful / one.rated)}
            for one in rating.of_agents(clock() - RECENT)
        ],
        "count": found.count,
        "average": local_digits(f"{found.average:.1f}", language) if found.average is not None else "",
        "bars": [{"stars": stars, "count": found.each[stars - 1], "share": round(100 * found.each[stars - 1] / most)} for stars in range(5, 0, -1)],
        "latest": [
            {
                "stars": one.stars, "words": one.words, "at": one.created_at, "who": one.customer.name,
                "label": f"#{one.ticket.number}" if one.ticket.number else one.ticket.subject,
                "url": reverse("desk_ticket", args=[one.ticket_id]),
            }
            for one in rows
        ],
    }  # fmt: skip


# Words


@behind("settings", "GET", "POST")
def notice(request: HttpRequest, kind: str) -> HttpResponse:
    """The words of one kind in three languages side by side, as they are written and as they will read."""
    if kind not in set(Kind):
        raise Http404
    forms = [form for form in ("full", "short") if form == "short" or kind != Kind.ANSWER]
    written = {f"{form}_{code}": words.kept(kind, code, form) for form in forms for code in Language.values}
    faults: dict[str, str] = {}
    if request.method == "POST":
        if (code := request.POST.get("reset", "")) in Language.values:
            choosing.save_text(kind, code, by=agent(request))
            return went(request, "settings_notice", _("Back to the usual words."), kind)
        written = {name: request.POST.get(name, "").replace("\r\n", "\n").strip() for name in written}
        faults = _faults(written)
        if not faults and "preview" not in request.POST:
            try:
                _keep(request, kind, written)
                return went(request, "settings_notices", _("Kept."))
            except CannotBe as refused:
                faults[refused.field] = refused.text
    own = set(NoticeText.objects.filter(kind=kind).values_list("language", flat=True))
    columns = [_column(kind, code, forms, written, faults, code in own) for code in Language.values]
    places = texts.FULL if "full" in forms else texts.SHORT
    return show(
        request, "notice", "settings_notices", str(NAMES[Kind(kind)]), str(WHEN[Kind(kind)]),
        columns=columns, faults=faults, back="settings_notices", forms=forms,
        places=[(f"{{{name}}}", PLACES[name]) for name in dict.fromkeys([*places, *texts.SHORT])],
        status=422 if faults else 200,
    )  # fmt: skip


def _faults(written: dict[str, str]) -> dict[str, str]:
    found = {name: choosing.fault_of(text, name.partition("_")[0]) for name, text in written.items()}
    return {name: fault for name, fault in found.items() if fault}


def _keep(request: HttpRequest, kind: str, written: dict[str, str]) -> None:
    """What is as usual is not stored, so that it follows when the usual words get better."""
    for code in Language.values:
        own = {}
        for form, usual in (("full", defaults.FULL), ("short", defaults.SHORT)):
            text = written.get(f"{form}_{code}", "")
            own[form] = "" if text == usual[code].get(kind, "") else text
        choosing.save_text(kind, code, by=agent(request), full=own["full"], short=own["short"])


def _column(
    kind: str, code: str, forms: list[str], written: dict[str, str], faults: dict[str, str], own: bool
) -> dict[str, Any]:
    values = sample(code)
    fields = []
    for form in forms:
        name = f"{form}_{code}"
        text = written[name] or (defaults.FULL if form == "full" else defaults.SHORT)[code].get(kind, "")
        shown = "" if name in faults else texts.fill(text, values, short=form == "short")
        fields.append({
            "name": name, "form": form, "value": written[name], "error": faults.get(name, ""), "shown": shown,
            "parts": parts(shown).count if form == "short" and shown else 0, "longest": texts.LONGEST[form],
            "stars": form == "full" and kind in (Kind.SOLVED, Kind.RATE),
        })  # fmt: skip
    return {
        "code": code, "language": dict(Language.choices)[code], "dir": "ltr" if code == "en" else "rtl",
        "fields": fields, "own": own, "star_words": defaults.STARS[code],
    }  # fmt: skip


SAMPLE = {
    "fa": ("مینا صالحی", "پرداخت انجام شد ولی سفارش ثبت نشد", "۰۹:۰۰"),
    "ar": ("يوسف المنصوري", "دُفع المبلغ ولم يُسجَّل الطلب", "٠٩:٠٠"),
    "en": ("Emma Clarke", "Paid, but no order", "09:00"),
}


def sample(code: str) -> dict[str, str]:
    """What stands for the placeholders in a preview."""
    name, subject, time = SAMPLE[code]
    return {
        "number": local_digits("1042", code), "subject": subject, "name": name, "desk": desk.sign().name,
        "step": defaults.STEP[code]["higher"], "link": f"{settings.BASE_URL}/s/7k2m9q4d",
        "hours": texts.fill(defaults.HOURS[code]["tomorrow"], {"time": time}),
        "promise": texts.fill(defaults.PROMISE[code]["tomorrow"], {"time": time}),
    }  # fmt: skip


def tile() -> dict[str, Any]:
    """For the overview: the mean of thirty days, with the way here."""
    found = rating.figures(clock() - RECENT)
    number = f"{found.average:.1f}" if found.average is not None else "—"
    return {
        "label": _("Stars of 5, from %(count)s ratings in 30 days") % {"count": found.count},
        "number": number, "href": reverse("settings_notices"), "icon": "star",
    }  # fmt: skip
