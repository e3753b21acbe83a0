"""Webhooks are made, changed, stopped and tried; what failed is sent again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from pelekan.lib import due, http
from pelekan.lib.secrets import new_token, open_sealed, seal
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Ticket
from pelekan.tickets.shaping.values import CannotBe, put, require, unique
from pelekan.tickets.webhooks import sending, signing
from pelekan.tickets.webhooks.calling import body_of, forget, shape_of
from pelekan.tickets.webhooks.events import EVENTS, TEST
from pelekan.tickets.webhooks.models import Webhook, WebhookCall, WebhookCallState

FORMER_KEPT = timedelta(days=1)
"""So long the former secret signs as well, after a renewal."""


def save_webhook(
    hook: Webhook | None,
    *,
    by: Agent | None,
    name: str,
    address: str,
    events: Iterable[str] = (),
    now: datetime | None = None,
) -> Webhook:
    """Make a webhook or change one. Its address is looked up first, outside of any transaction. Raises CannotBe."""
    require(by, "settings")
    address = address.strip()
    if hook is None or hook.address != address:
        check_address(address)
    return _save(hook, name=name, address=address, events=sorted(set(events)), by=by, now=now)


def check_address(address: str) -> None:
    """Raise CannotBe where an address must not, or can't, be called."""
    private = settings.CONFIG.private_hosts
    try:
        if len(address) > 500:
            raise http.Refused(_("It is too long."))
        target = http.check_url(address, allow=private, seconds=5)
        if not address.lower().startswith("https://") and http.is_public_target(target):
            raise CannotBe(
                "address", _("Give an address that begins with https://, so that nobody reads it on the way.")
            )
    except http.Unreachable as fault:
        raise CannotBe("address", _("This address can't be reached: %(detail)s") % {"detail": fault})
    except http.Refused as fault:
        raise CannotBe(
            "address",
            _("This address must not be called from here: %(detail)s") % {"detail": fault},
        )


@action
def _save(
    hook: Webhook | None,
    *,
    name: str,
    address: str,
    events: list[str],
    by: Agent | None,
    now: datetime | None,
) -> Webhook:
    made = hook is None
    now = now or clock()
    hook = hook or Webhook(created_at=now, secret=seal(signing.new_secret(), settings.SECRET_KEY))
    name = one_line(name, 80)
    if not name:
        raise CannotBe("name", _("Give the webhook a name."))
    unique(Webhook.objects, name, hook, _("Another webhook has this name."))
    if unknown := set(events) - set(EVENTS):
        raise CannotBe("events", _("There is no event %(name)s.") % {"name": ", ".join(sorted(unknown))})
    moved = hook.pk is not None and hook.address != address
    changed = put(hook, {"name": name, "address": address, "events": events}, ("name", "address", "events"))
    if moved:  # what kept the old address from answering says nothing of this one
        hook.rest_until, hook.failures, hook.failed_at = None, 0, None
    if made or changed:
        hook.changed_at = now
        hook.save()
        named = "webhook.added" if made else "webhook.changed"
        record(
            named, by=by, at=now, topics=["desk"], webhook=hook.pk, title=hook.name, changed=sorted(changed)
        )
        _forget()
        due.queued(WebhookCall)
    return hook


@action
def stop(hook: Webhook, *, by: Agent | None, now: datetime | None = None) -> None:
    """Nothing is sent any more; what waits goes on waiting, what happens meanwhile is not told."""
    require(by, "settings")
    now = now or clock()
    if Webhook.objects.filter(pk=hook.pk, stopped_at=None).update(stopped_at=now, changed_at=now):
        record("webhook.stopped", by=by, at=now, topics=["desk"], webhook=hook.pk, title=hook.name)
        _forget()


@action
def start(hook: Webhook, *, by: Agent | None, now: datetime | None = None) -> None:
    """It is told again of what happens, and at once of what waits."""
    require(by, "settings")
    now = now or clock()
    again = {"stopped_at": None, "rest_until": None, "failures": 0, "failed_at": None, "changed_at": now}
    if Webhook.objects.filter(pk=hook.pk).exclude(stopped_at=None).update(**again):
        WebhookCall.objects.filter(webhook=hook, state=WebhookCallState.QUEUED).update(began_at=now)
        record("webhook.started", by=by, at=now, topics=["desk"], webhook=hook.pk, title=hook.name)
        _forget()
        due.queued(WebhookCall)


@action
def archive(hook: Webhook, *, by: Agent | None, now: datetime | None = None) -> None:
    """It is gone from the settings; what still waited for it is dropped, what was sent can be read in the log."""
    require(by, "settings")
    now = now or clock()
    if Webhook.objects.filter(pk=hook.pk, archived_at=None).update(archived_at=now, changed_at=now):
        Webhook.objects.filter(pk=hook.pk).update(
            name=f"{hook.name[:60]} #{hook.pk}"
        )  # the name is free again
        WebhookCall.objects.filter(webhook=hook, due_at__isnull=False).update(
            due_at=None, leased_until=None, state=WebhookCallState.FAILED, tried_at=now
        )
        record("webhook.archived", by=by, at=now, topics=["desk"], webhook=hook.pk, title=hook.name)
        _forget()


def secret_of(hook: Webhook, *, by: Agent | None) -> str:
    """The secret, to be shown. Raises CannotBe when it can't be opened."""
    require(by, "settings")
    try:
        return open_sealed(hook.secret, settings.SECRET_KEY)
    except ValueError:
        raise CannotBe(
            "",
            _(
                "The stored secret can't be opened with the present secret key. Renew the secret of this webhook."
            ),
        )


@action
def renew_secret(hook: Webhook, *, by: Agent | None, now: datetime | None = None) -> str:
    """A new secret. For a day calls bear both signatures, so that the receiver can change at leisure."""
    require(by, "settings")
    now = now or clock()
    secret = signing.new_secret()
    row = Webhook.objects.select_for_update().get(pk=hook.pk)
    row.former_secret, row.former_until = row.secret, now + FORMER_KEPT
    row.secret, row.changed_at = seal(secret, settings.SECRET_KEY), now
    row.save()
    record("webhook.secret_renewed", by=by, at=now, topics=["desk"], webhook=hook.pk, title=hook.name)
    return secret


def send_test(hook: Webhook, *, by: Agent | None, now: datetime | None = None) -> WebhookCall:
    """Send a test at once and wait for the answer: the newest ticket in the usual shape, as event "webhook.test". It is
    never tried again."""
    require(by, "settings")
    now = now or clock()
    ticket = Ticket.objects.select_related("customer", "tier", "team").order_by("-pk").first()
    uid = f"msg_{new_token()}"
    call = WebhookCall.objects.create(
        webhook=hook, uid=uid, event=TEST, ticket=ticket, created_at=now, began_at=now,
        body=body_of(uid, TEST, "", now, shape_of(ticket) if ticket else {}), leased_until=now + sending.LEASE, tries=1,
    )  # fmt: skip
    sending.send(call)
    call.refresh_from_db()
    return call


@action
def try_again(calls: Iterable[WebhookCall], *, by: Agent | None, now: datetime | None = None) -> int:
    """Send these once more, with the same id; their day of tries begins anew. Returns how many."""
    require(by, "settings")
    now = now or clock()
    rows = WebhookCall.objects.filter(pk__in=[call.pk for call in calls], due_at=None, leased_until=None)
    hooks = dict(rows.values_list("webhook", "webhook__name"))
    count = rows.update(state=WebhookCallState.QUEUED, due_at=now, began_at=now, tries=0)
    for pk, name in hooks.items():
        Webhook.objects.filter(pk=pk).update(rest_until=None)
        record("webhook.retried", by=by, at=now, topics=["desk"], webhook=pk, title=name, calls=count)
    due.queued(WebhookCall)
    return count


def _forget() -> None:
    forget()
    transaction.on_commit(forget, robust=True)
