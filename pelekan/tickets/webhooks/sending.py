"""Sending calls, one at a time for each address, and what follows when it does not get through.

Any answer of 200 to 299 is a yes. 410 stops the webhook for good; another no is asked again after a growing pause, for a
day. An address that gives no answer, or says that it can't now, rests as a whole: its calls wait, in their order, and other
addresses are not held up. At least once, never surely once: a copy has the same `webhook-id`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from pelekan.lib import due, http
from pelekan.lib.failpoints import fp
from pelekan.lib.secrets import open_sealed
from pelekan.lib.time import now as clock
from pelekan.tickets.events import action, record
from pelekan.tickets.webhooks import signing
from pelekan.tickets.webhooks.calling import forget
from pelekan.tickets.webhooks.events import TEST
from pelekan.tickets.webhooks.models import Webhook, WebhookCall, WebhookCallState

log = logging.getLogger("pelekan.webhooks")

SECONDS = 15.0
LEASE = timedelta(minutes=1)
PATIENCE = timedelta(days=1)
LONGEST_REST = timedelta(hours=1)
ALARM_AFTER = 5  # failures in a row: then admins are told
MOST_SHOWN = 1000  # characters of an answer that are kept
KEPT = {WebhookCallState.SENT: timedelta(days=30), WebhookCallState.FAILED: timedelta(days=90)}


def ready(now: datetime) -> Q:
    """Calls whose address is neither resting nor stopped, nor in a call already."""
    resting = Webhook.objects.filter(
        Q(rest_until__gt=now) | Q(stopped_at__isnull=False) | Q(archived_at__isnull=False),
        pk=OuterRef("webhook"),
    )
    busy = WebhookCall.objects.filter(webhook=OuterRef("webhook"), leased_until__gt=now)
    return ~Q(Exists(resting)) & ~Q(Exists(busy))


@dataclass(frozen=True, slots=True)
class End:
    """How a try ended. `rest`: the whole address is left alone so long; `final`: it is not tried again."""

    ok: bool
    fault: str = ""
    status: int | None = None
    answer: str = ""
    rest: timedelta | None = None
    final: bool = False
    stop: bool = False


def send(call: WebhookCall) -> datetime | None:
    """Send a leased call. Returns when it falls due again."""
    hook = Webhook.objects.get(pk=call.webhook_id)
    fp("webhook.claimed")
    begun = time.monotonic()
    end = _asked(call, hook)
    took = int((time.monotonic() - begun) * 1000)
    fp("webhook.answered")
    return _settle(call, hook.pk, end, took)


def _asked(call: WebhookCall, hook: Webhook) -> End:
    now = clock()
    try:
        secrets = [open_sealed(hook.secret, settings.SECRET_KEY)]
        if hook.former_secret and hook.former_until and hook.former_until > now:
            secrets.append(open_sealed(hook.former_secret, settings.SECRET_KEY))
    except ValueError:
        return End(False, "secret", final=True)
    body = call.body.encode()
    try:
        reply = http.request(
            "POST", hook.address, headers=signing.headers(call.uid, int(now.timestamp()), body, secrets),
            content=body, allow=settings.CONFIG.private_hosts, seconds=SECONDS,
        )  # fmt: skip
    except http.Refused as refused:
        return End(False, f"refused {refused}", final=True)
    except http.Unanswered as silent:
        return End(False, f"unanswered {silent}", rest=due.pause(hook.failures + 1))
    except http.Unreachable as silent:
        return End(False, f"unreachable {silent}", rest=due.pause(hook.failures + 1))
    return _read(reply, hook)


def _read(reply: http.Reply, hook: Webhook) -> End:
    said = reply.body.decode("utf-8", "replace").replace("\x00", "")[:MOST_SHOWN]
    if reply.ok:
        return End(True, status=reply.status, answer=said)
    if reply.status == 410:
        return End(False, "gone", 410, said, final=True, stop=True)
    if 300 <= reply.status < 400:  # where to could be anywhere, also inside
        return End(False, "redirect", reply.status, said, final=True)
    if reply.status == 429 or reply.status >= 500:
        rest = max(due.pause(hook.failures + 1), _retry_after(reply.headers))
        return End(False, "status", reply.status, said, rest=rest)
    return End(False, "status", reply.status, said)


def _retry_after(headers: Mapping[str, str]) -> timedelta:
    text = headers.get("retry-after", "").strip()
    return (
        min(timedelta(seconds=int(text[:6])), LONGEST_REST)
        if text.isdecimal() and text.isascii()
        else timedelta()
    )


@action
def _settle(call: WebhookCall, hook_id: int, end: End, took: int) -> datetime | None:
    """Write how a try ended; admins hear of an address that does not work, once."""
    now = clock()
    over = end.final or now - call.began_at > PATIENCE or call.event == TEST
    again = None if end.ok or over else now + due.pause(call.tries)
    state = WebhookCallState.SENT if end.ok else WebhookCallState.FAILED if over else WebhookCallState.QUEUED
    due.settle(
        call, again, state=state, status=end.status, answer=end.answer, fault=end.fault[:300], duration_ms=took,
        tried_at=now,
    )  # fmt: skip
    hook = Webhook.objects.get(pk=hook_id)
    values: dict[str, object] = {}
    if end.ok:
        if hook.failures or hook.failed_at or hook.rest_until:
            values = {"failures": 0, "rest_until": None, "failed_at": None}
            if hook.failed_at:
                record("webhook.recovered", at=now, topics=["desk"], webhook=hook.pk, title=hook.name)
    elif call.event != TEST:
        log.info(
            "webhook %s: call %s: %s %s", hook.pk, call.uid, end.fault.partition(" ")[0], end.status or ""
        )
        values = {"failures": F("failures") + 1}
        if end.rest is not None:
            values["rest_until"] = now + end.rest
        if end.stop:
            values |= {"stopped_at": now, "changed_at": now}
            forget()
        if hook.failed_at is None and (over or hook.failures + 1 >= ALARM_AFTER):
            values["failed_at"] = now
            record(
                "webhook.failed",
                at=now,
                topics=["desk"],
                webhook=hook.pk,
                title=hook.name,
                fault=end.fault[:300],
            )
    if values:
        Webhook.objects.filter(pk=hook_id).update(**values)
    fp("webhook.before_commit")
    return again


def fault_text(call: WebhookCall) -> str:
    """What went wrong at the last try, in the reader's language; "" when nothing did."""
    word, _space, detail = call.fault.partition(" ")
    return {
        "": "",
        "secret": _(
            "The stored secret can't be opened with the present secret key. Renew the secret of this webhook."
        ),
        "refused": _("This address must not be called from here: %(detail)s") % {"detail": detail},
        "unanswered": _("No answer came in time: %(detail)s") % {"detail": detail},
        "unreachable": _("The address can't be reached: %(detail)s") % {"detail": detail},
        "redirect": _(
            "It answered with a redirection, which is not followed. Give the address that it leads to."
        ),
        "gone": _("It answered 410, “gone”: the webhook was stopped."),
        "status": _("It did not accept the call."),
    }.get(word, call.fault)


def forget_old(now: datetime | None = None) -> None:
    """Chore: calls that are long over are removed."""
    now = now or clock()
    for state, kept in KEPT.items():
        WebhookCall.objects.filter(state=state, due_at=None, tried_at__lt=now - kept).delete()


JOB = due.Job(WebhookCall, send, lease=LEASE, at_once=1, threads=4, ready=ready)
