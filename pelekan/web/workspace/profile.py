"""My settings: name, language, calendar, digits, zone, look, signature, the languages I answer in."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from pelekan.lib.text import clean_controls, one_line
from pelekan.people.models import Calendar, Digits, Language
from pelekan.tickets import actions
from pelekan.tickets.pending import answers
from pelekan.web.reading import Reading
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents
from pelekan.web.workspace.live import live
from pelekan.web.workspace.shell import shell

THEMES = ("auto", "light", "dark", "contrast")
DENSITIES = ("comfortable", "dense")


@require_http_methods(["GET", "POST"])
@agents
def profile(request: HttpRequest) -> HttpResponse:
    """The page; a POST keeps what fits and says what does not."""
    agent = agent_in(request)
    values = _kept(request)
    faults: dict[str, str] = {}
    if request.method == "POST":
        values, faults = _read(request)
        if not faults:
            actions.describe_self(agent, **values)
            response = HttpResponseRedirect(reverse("profile") + "?kept=1")
            response.set_cookie("language", values["language"], max_age=31536000, samesite="Lax")
            return response
    seen = live(request)
    context = {
        **shell(request, None, "profile"),
        **seen,
        "values": values,
        "faults": faults,
        "kept": "kept" in request.GET,
        "language_choices": Language.choices,
        "calendar_choices": [("", _("As usual in the language")), *Calendar.choices],
        "digit_choices": Digits.choices,
        "theme_choices": [
            ("auto", _("As the system")), ("light", pgettext("theme", "Light")), ("dark", pgettext("theme", "Dark")), ("contrast", _("High contrast")),
        ],
        "undo_choices": _undo_choices(Reading(request.dates)),  # type: ignore[attr-defined]
        "density_choices": [("comfortable", _("Comfortable")), ("dense", _("Dense"))],
        "zones": sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")),
        "title": _("My settings"),
    }  # fmt: skip
    return render(request, "desk/profile.html", context, status=422 if faults else 200)


def _kept(request: HttpRequest) -> dict[str, Any]:
    agent = agent_in(request)
    user = agent.user
    return {
        "name": user.name, "language": user.language, "calendar": user.calendar, "digits": user.digits,
        "zone": user.zone, "theme": user.theme, "density": user.density, "title": agent.title,
        "signature": agent.signature, "languages": agent.languages, "chat_capacity": agent.chat_capacity,
        "auto_accept": agent.auto_accept,
        "undo_seconds": "" if agent.undo_seconds is None else str(agent.undo_seconds),
    }  # fmt: skip


def _undo_choices(dates: Reading) -> list[tuple[str, str]]:
    def name(seconds: int) -> str:
        if not seconds:
            return _("At once")
        return _("After %(seconds)s seconds") % {"seconds": dates.digits(seconds)}

    usual = _("As the desk has it (%(choice)s)") % {"choice": name(settings.UNDO_SECONDS)}
    return [("", usual), *((str(one), name(one)) for one in answers.CHOICES)]


def _read(request: HttpRequest) -> tuple[dict[str, Any], dict[str, str]]:
    """What the form holds, and what is wrong with it by field. Only these fields; a role is never among them."""
    form, faults = request.POST, {}
    values: dict[str, Any] = {
        "name": one_line(form.get("name", ""), 120),
        "title": one_line(form.get("title", ""), 80),
        "language": form.get("language", ""),
        "calendar": form.get("calendar", ""),
        "digits": form.get("digits", ""),
        "zone": form.get("zone", "").strip(),
        "theme": form.get("theme", "auto"),
        "density": form.get("density", "comfortable"),
        "signature": clean_controls(form.get("signature", "")).strip()[:2000],
        "languages": [code for code in form.getlist("languages") if code in Language.values],
        "auto_accept": "auto_accept" in form,
    }
    undo = form.get("undo_seconds", "")
    values["undo_seconds"] = int(undo) if undo in map(str, answers.CHOICES) else None
    capacity = form.get("chat_capacity", "")
    values["chat_capacity"] = int(capacity) if capacity.isascii() and capacity.isdigit() else 0
    if not values["name"]:
        faults["name"] = _("Customers see your name; write one.")
    if values["language"] not in Language.values:
        faults["language"] = _("Choose a language.")
    if values["calendar"] not in ("", *Calendar.values):
        faults["calendar"] = _("Choose a calendar.")
    if values["digits"] not in Digits.values:
        faults["digits"] = _("Choose how numbers are written.")
    if values["zone"] and values["zone"] not in available_timezones():
        faults["zone"] = _("There is no such time zone; write it like %(example)s.") % {
            "example": "Asia/Tehran"
        }
    if values["theme"] not in THEMES:
        values["theme"] = "auto"
    if values["density"] not in DENSITIES:
        values["density"] = "comfortable"
    if not 1 <= values["chat_capacity"] <= 20:
        faults["chat_capacity"] = _("Between 1 and 20 chats at once.")
    return values, faults


@require_POST
@agents
def look(request: HttpRequest) -> HttpResponse:
    """Light and density from the menu, kept for every device."""
    agent = agent_in(request)
    theme, density = request.POST.get("theme", ""), request.POST.get("density", "")
    chosen: dict[str, Any] = {}
    if theme in THEMES:
        chosen["theme"] = theme
    if density in DENSITIES:
        chosen["density"] = density
    if chosen:
        actions.describe_self(agent, **chosen)
    return HttpResponse(status=204)
