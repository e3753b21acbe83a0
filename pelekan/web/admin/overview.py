"""The overview: what is set up, what is missing, and whether the machinery is well."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pelekan.channels import outbox, tally
from pelekan.channels.models import Account, Arrival, ArrivalState, Delivery, Gateway
from pelekan.lib import due
from pelekan.lib.labour import STALE, last_beat
from pelekan.lib.text import isolate
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Team, Tier
from pelekan.tickets.models import Category, Inbox, SavedReply
from pelekan.web.admin import notices
from pelekan.web.admin.doors import behind
from pelekan.web.admin.frame import show

LATE = timedelta(minutes=5)
"""What has been due for longer waits for workers that don't come."""


@behind("settings")
def overview(request: HttpRequest) -> HttpResponse:
    now = clock()
    return show(
        request, "overview", "settings", _("Settings"), _("How your desk is set up, and whether it is well."),
        missing=missing(), health=health(now), counts=counts(), version=_version(),
    )  # fmt: skip


def counts() -> list[dict[str, Any]]:
    """What there is, each with its place."""
    agents = Agent.objects.filter(disabled_at=None).count()
    inboxes = Inbox.objects.filter(archived_at=None).count()
    return [
        {
            "label": _("Steps"),
            "number": Tier.objects.count(),
            "href": reverse("settings_staircase"),
            "icon": "layers",
        },
        {
            "label": _("Teams"),
            "number": Team.objects.filter(archived_at=None).count(),
            "href": reverse("settings_teams"),
            "icon": "users",
        },
        {"label": _("Agents"), "number": agents, "href": reverse("settings_agents"), "icon": "headset"},
        {"label": _("Inboxes"), "number": inboxes, "href": reverse("settings_inboxes"), "icon": "inbox"},
        {
            "label": _("Categories"),
            "number": Category.objects.filter(archived_at=None).count(),
            "href": reverse("settings_categories"),
            "icon": "folder-tree",
        },
        {
            "label": _("Saved replies"),
            "number": SavedReply.objects.count(),
            "href": reverse("settings_replies"),
            "icon": "zap",
        },
        notices.tile(),
    ]


def missing() -> list[dict[str, str]]:
    """What keeps the desk from doing its work, the weightiest first."""
    found = []
    doors = Inbox.objects.filter(archived_at=None)
    if not doors.filter(channel__in=["chat", "email"]).exists():
        found.append(
            (_("Customers can't reach you by chat or mail yet. Open an inbox."), reverse("settings_inboxes"))
        )
    for inbox in doors.filter(channel="chat", sites=[]):
        text = _("The chat “%(name)s” stands on no site yet.") % {"name": isolate(inbox.name)}
        found.append((text, reverse("settings_inbox", args=[inbox.pk])))
    mailed = doors.filter(channel="email")
    if settings.CONFIG.listen_smtp or settings.CONFIG.listen_lmtp:  # handed over by a mail server
        mailed = mailed.none()
    for inbox in mailed.filter(Q(account=None) | Q(account__imap_host="", account__smtp_host="")):
        text = _("The inbox “%(name)s” has no mailbox yet.") % {"name": isolate(inbox.name)}
        found.append((text, reverse("settings_account", args=[inbox.pk])))
    for inbox in doors.filter(channel="sms", gateway=None):
        text = _("The inbox “%(name)s” has no gateway yet.") % {"name": isolate(inbox.name)}
        found.append((text, reverse("settings_gateway", args=[inbox.pk])))
    working = Count("agents", filter=Q(agents__disabled_at=None))
    for team in Team.objects.filter(archived_at=None).annotate(members=working).filter(members=0):
        text = _("Nobody works in the team “%(name)s”.") % {"name": isolate(team.name)}
        found.append((text, reverse("settings_team", args=[team.pk])))
    if not Category.objects.filter(archived_at=None).exists():
        found.append(
            (
                _("There are no categories, so nothing is proposed when a ticket is registered."),
                reverse("settings_categories"),
            )
        )
    if not settings.EMAIL_HOST and not Account.objects.exclude(smtp_host="").exists():
        found.append(
            (_("The desk can send no mail: no invitations, no sign-in codes. Set smtp in pelekan.toml."), "")
        )
    return [{"text": text, "href": href} for text, href in found]


def health(now: datetime) -> list[dict[str, Any]]:
    """[{label, ok, text, at, href}]: workers, mail in, mail out, quarantine."""
    beat = last_beat(settings.DATA_DIR / "beats")
    alive = beat is not None and now - beat < STALE
    rows: list[dict[str, Any]] = [
        {
            "label": _("Workers"), "ok": alive, "at": beat, "href": reverse("settings_health"),
            "text": _("They are at work.") if alive else _("Nobody does what falls due: mail is neither fetched nor sent. Start “pelekan serve” or “pelekan work”."),
        }
    ]  # fmt: skip
    accounts = Account.objects.exclude(imap_host="").filter(inbox__archived_at=None)
    if accounts.exists():
        failing, lost = accounts.exclude(fault="").count(), sum(row.missing for row in tally.missing())
        if failing:
            text = ngettext(
                "%(count)s mailbox can't be read.", "%(count)s mailboxes can't be read.", failing
            ) % {"count": failing}
        elif lost:
            text = ngettext(
                "%(count)s mail lies on a server but can't be fetched.",
                "%(count)s mails lie on a server but can't be fetched.",
                lost,
            ) % {"count": lost}
        else:
            text = _("All mailboxes are read, and every mail in them is here.")
        rows.append({
            "label": _("Mail coming in"), "ok": not failing and not lost, "text": text, "href": reverse("settings_mail"),
            "at": accounts.aggregate(at=Max("checked_at"))["at"],
        })  # fmt: skip
    rows += [_queue(now), _waiting(now), _quarantine(), *_texts(now)]
    return rows


def _queue(now: datetime) -> dict[str, Any]:
    mails = Delivery.objects.filter(channel="email")
    waiting = mails.filter(due_at__isnull=False, state__in=outbox.UNSENT).count()
    stuck = mails.filter(dead_at__isnull=False).count()
    if stuck:
        text = ngettext("%(count)s mail could not be sent.", "%(count)s mails could not be sent.", stuck) % {
            "count": stuck
        }
    else:
        text = ngettext("%(count)s mail waits to be sent.", "%(count)s mails wait to be sent.", waiting) % {
            "count": waiting
        }
    late = due.overdue(Delivery, now, Q(channel="email")) > LATE
    return {
        "label": _("Mail going out"),
        "ok": not stuck and not late,
        "at": None,
        "text": text,
        "href": reverse("settings_mail") + "?list=out",
    }


def _texts(now: datetime) -> list[dict[str, Any]]:
    """One row for each SMS gateway that doesn't work, else one for all of them; none without any."""
    gateways = Gateway.objects.filter(inbox__archived_at=None).select_related("inbox").order_by("inbox_id")
    failing = [one for one in gateways if one.fault]
    late = due.overdue(Delivery, now, Q(channel="sms")) > LATE
    if not gateways:
        return []
    if not failing:
        text = _("Text messages have waited too long to be sent.") if late else _("All gateways work.")
        at = max((one.checked_at for one in gateways if one.checked_at), default=None)
        row = {"label": _("SMS"), "ok": not late, "at": at, "text": text}
        return [{**row, "href": reverse("settings_mail") + "?list=sending" if late else ""}]
    return [
        {
            "label": _("SMS"), "ok": False, "at": one.failed_at, "text": f"{isolate(one.inbox.name)}: {one.fault_text}",
            "href": reverse("settings_gateway", args=[one.inbox_id]),
        }
        for one in failing
    ]  # fmt: skip


def _waiting(now: datetime) -> dict[str, Any]:
    waiting = Arrival.objects.filter(state=ArrivalState.WAITING).count()
    text = ngettext(
        "%(count)s mail waits to be taken in.", "%(count)s mails wait to be taken in.", waiting
    ) % {"count": waiting}
    return {
        "label": _("Mail being read"),
        "ok": due.overdue(Arrival, now) <= LATE,
        "at": None,
        "text": text,
        "href": reverse("settings_mail") + "?list=waiting",
    }


def _quarantine() -> dict[str, Any]:
    held = Arrival.objects.filter(state=ArrivalState.QUARANTINED).count()
    text = ngettext("%(count)s mail needs a person.", "%(count)s mails need a person.", held) % {
        "count": held
    }
    return {
        "label": _("Quarantine"),
        "ok": not held,
        "at": None,
        "text": text,
        "href": reverse("settings_mail"),
    }


def _version() -> str:
    try:
        return version("pelekan")
    except PackageNotFoundError:
        return _("from a checkout")
