"""The line above every page: no room on the disk, workers that stopped or hang, mail or texts that don't come in.

Who looks after the desk hears what it is and where to look; other agents only that mail is late.
"""

from __future__ import annotations

import zlib
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from pelekan.channels import tally
from pelekan.channels.models import Gateway
from pelekan.channels.pulse import pulse
from pelekan.lib.files import room_at
from pelekan.lib.prepared import Prepared
from pelekan.lib.text import isolate
from pelekan.lib.time import now as clock
from pelekan.people.access import can
from pelekan.people.models import Agent
from pelekan.web.paths import url
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents

LEAST_ROOM = 100 << 20  # bytes; with less, storing soon fails


def job_names() -> dict[str, str]:
    """What people call the jobs of `pelekan.work`, by `due.Job.key`."""
    return {
        "tickets.pending": _("Answers that could be taken back"),
        "people.letter": _("The desk's own mail"),
        "channels.account": _("Fetching mail"),
        "channels.arrival": _("Reading mail"),
        "channels.delivery": _("Sending mail"),
        "channels.gateway": _("Fetching texts"),
        "channels.incomingtext": _("Reading texts"),
        "channels.delivery sms": _("Sending texts"),
        "tickets.notice": _("Notices to customers"),
        "tickets.bellchoice": _("Notices to agents"),
        "sla.timer": _("Service levels"),
        "sla.replan": _("Planning service levels anew"),
        "routing.wait": _("Automations after a time"),
        "routing.round": _("Automations at their hour"),
        "routing.replay": _("Trying rules on the past"),
        "tickets.rulebook": _("Rules that come into force later"),
        "tickets.mood": _("Watching for frustration"),
        "tickets.promise": _("Promises to customers"),
        "tickets.webhookcall": _("Calls to webhooks"),
        "bot.talk": _("The bot's answers"),
        "people.letter sms-codes": _("Sign-in codes by SMS"),
        "knowledge.translation": _("Scheduled articles"),
        "search.upkeep": _("Making the search index anew"),
        "knowledge.import": _("Bringing in articles"),
        "community.following": _("Letters to those who follow a topic"),
        "tickets.takeout": _("Customers' own data, to be taken away"),
        "tickets.erasure": _("Customers who are being erased"),
        "chores": _("Tidying up"),
    }


def alarm(agent: Agent) -> dict[str, Any] | None:
    """{kind, text, at, href}; None while all is well. Queries: none for agents, whose line rests on what was read
    lately; for admins and managers up to two."""
    seen = pulse()
    silent = seen.silent and seen.seen_at is not None
    if not can(agent, "quarantine"):
        return {"kind": "late", "text": "", "at": None, "href": ""} if silent or seen.stuck else None
    if room_at(settings.DATA_DIR) < LEAST_ROOM:
        text = _("The disk is full: neither mail nor files can be taken in. Make room; it goes on by itself.")
        return _said(text)
    if silent:
        return {"kind": "silent", "text": "", "at": seen.seen_at, "href": url("settings_health")}
    if seen.stuck:
        first = seen.stuck[0]
        name = job_names().get(first.job, first.job)
        return {
            "kind": "stuck", "text": "", "job": name, "place": first.place, "at": first.since,
            "href": url("settings_health"),
        }  # fmt: skip
    if number := tally.troubled(clock()):
        text = ngettext(
            "Mail of %(count)s mailbox doesn't come in as it should.",
            "Mail of %(count)s mailboxes doesn't come in as it should.",
            number,
        ) % {"count": number}
        return _said(text)
    return _silent_gateway(agent)


def _said(text: str) -> dict[str, Any]:
    return {"kind": "said", "text": text, "at": None, "href": url("settings_health")}


def _silent_gateway(agent: Agent) -> dict[str, Any] | None:
    found = _SILENT.one()
    if found is None:
        return None
    text = _("Text messages of “%(name)s” don't go out or come in as they should.")
    said = _said(text % {"name": isolate(found["inbox__name"])})
    if can(agent, "settings"):
        said["href"] = url("settings_gateway", found["inbox_id"])
    return said


_SILENT = Prepared(
    lambda: (
        Gateway.objects.filter(inbox__archived_at=None, failed_at__isnull=False)
        .order_by("inbox_id")
        .values("inbox_id", "inbox__name")[:1]
    )
)


def mark(found: dict[str, Any] | None) -> str:
    """What tells one alarm from another: a line that says the same is not drawn anew."""
    if found is None:
        return ""
    return f"{zlib.crc32(repr(sorted(found.items(), key=lambda item: item[0])).encode()):x}"


@require_GET
@agents
def line(request: HttpRequest) -> HttpResponse:
    """The line as it is now, for pages that stand open; 204 when it says what it said."""
    found = alarm(agent_in(request))
    if request.GET.get("mark", "") == mark(found):
        return HttpResponse(status=204)
    return render(request, "desk/_alarm.html", {"alarm": found, "alarm_mark": mark(found)})
