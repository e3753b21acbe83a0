"""Reading and sending a mailbox with its owner's consent (OAuth 2.0) instead of a password.

The refresh token lies sealed; access tokens are renewed before they end. When the provider says that the consent is
gone, that stands on the account like any fault, people are told, and nothing is tried until somebody consents anew.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from pelekan.channels.email.wire import WireFault
from pelekan.channels.faults import BadValue
from pelekan.channels.models import Account, Consent
from pelekan.lib import due, oauth
from pelekan.lib.oauth import Client, OAuthFault, Server, Tokens
from pelekan.lib.secrets import open_sealed, seal
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Inbox

PROVIDERS = ("google", "microsoft", "other")
FIELDS = ("provider", "tenant", "client_id", "authorize_url", "token_url", "device_url", "scope")
BEFORE = timedelta(minutes=5)  # so long before its end an access token is renewed
GONE = ("invalid_grant", "interaction_required", "consent_required")


@action
def save(inbox: Inbox, values: Mapping[str, Any], *, by: Agent) -> Consent:
    """Set who we are at the provider. What was granted to another client or provider is forgotten. An empty secret
    keeps the former one. Raises BadValue."""
    account = Account.objects.get_or_create(inbox=inbox)[0]
    row = Consent.objects.filter(account=account).first() or Consent(account=account)
    before = [getattr(row, name) for name in FIELDS]
    for name in FIELDS:
        if name in values:
            setattr(row, name, str(values[name] or "").strip())
    _check(row)
    if given := str(values.get("client_secret") or ""):
        row.client_secret = seal(given, settings.SECRET_KEY)
    if before != [getattr(row, name) for name in FIELDS]:
        row.access_token = row.refresh_token = ""
        row.granted_at = row.withdrawn_at = row.expires_at = None
    row.save()
    record("account.consent_prepared", by=by, topics=["desk"], inbox=inbox.pk, provider=row.provider)
    return row


def _check(row: Consent) -> None:
    if row.provider not in PROVIDERS:
        raise BadValue("provider", _("Choose one of the providers."))
    if not row.client_id:
        raise BadValue("client_id", _("The provider gives you this when you register an application there."))
    row.tenant = row.tenant or "common"
    if not re.fullmatch(r"[0-9A-Za-z.-]{1,100}", row.tenant):
        raise BadValue("tenant", _("This is the id or a domain of your organization there, or common."))
    if row.provider != "other":
        return
    if not row.scope:
        raise BadValue("scope", _("Say what is asked for; your provider's documentation names it."))
    for name in ("authorize_url", "token_url", "device_url"):
        url = getattr(row, name)
        parts = urlsplit(url)
        own = parts.hostname in settings.CONFIG.private_hosts
        if url and (parts.scheme != "https" and not own or not parts.hostname):
            raise BadValue(name, _("This must be an address that begins with https://."))
        if not url and name == "token_url":
            raise BadValue(name, _("Without it no consent can be redeemed."))
    if not row.authorize_url and not row.device_url:
        raise BadValue("authorize_url", _("Give this address or that for other devices."))


def server_of(row: Consent) -> Server:
    """The provider's doors."""
    if row.provider == "google":
        return oauth.google()
    if row.provider == "microsoft":
        return oauth.microsoft(row.tenant)
    return Server(row.authorize_url, row.token_url, row.scope, row.device_url)


def client_of(row: Consent) -> Client:
    secret = open_sealed(row.client_secret, settings.SECRET_KEY) if row.client_secret else ""
    return Client(row.client_id, secret)


def allowed() -> tuple[str, ...]:
    """Hosts of the operator's own that may be asked."""
    return tuple(settings.CONFIG.private_hosts)


# What was granted


@action
def granted(row: Consent, tokens: Tokens, *, by: Agent) -> None:
    """Somebody consented: from now on the mailbox is opened by it, and looked at right away. Raises BadValue when the
    provider gave nothing lasting."""
    if not tokens.refresh:
        raise BadValue(
            "",
            _(
                "The provider gave leave for an hour only (no refresh token). See that offline access is asked for."
            ),
        )
    now = clock()
    _keep(row, tokens, now, granted_at=now, withdrawn_at=None)
    account = row.account
    values: dict[str, Any] = {"failures": 0, "failed_at": None, "fault": "", "sign_in": "consent"}
    if account.imap_host:
        values["due_at"] = now
    Account.objects.filter(pk=account.pk).update(**values)
    record("account.consent_granted", by=by, topics=["desk"], inbox=account.inbox_id, provider=row.provider)
    due.queued(Account)


_renewing = threading.Lock()


def access_token(account: Account, *, fresh: bool = False) -> str:
    """A token that holds for some minutes more; with `fresh`, one got just now. Raises WireFault."""
    with _renewing:  # polling, listening and sending need it at the same time
        row = Consent.objects.filter(account=account).first()
        if row is None or not row.refresh_token:
            raise WireFault("no_consent")
        if row.withdrawn_at is not None:
            raise WireFault("consent_withdrawn")
        if not fresh and row.expires_at is not None and row.expires_at - clock() > BEFORE:
            return open_sealed(row.access_token, settings.SECRET_KEY)
        return _renewed(row)


def _renewed(row: Consent) -> str:
    server = server_of(row)
    host = urlsplit(server.token_url).hostname or ""
    refresh = open_sealed(row.refresh_token, settings.SECRET_KEY)
    try:
        tokens = oauth.renew(server, client_of(row), refresh, allowed())
    except OAuthFault as refused:
        now = Consent.objects.get(pk=row.pk)
        if now.refresh_token != row.refresh_token and now.expires_at:  # another process was faster
            return open_sealed(now.access_token, settings.SECRET_KEY)
        if refused.word in GONE:
            _withdrawn(row)
            raise WireFault("consent_withdrawn") from None
        if refused.word == "unreachable":
            raise WireFault("unreachable", host=host, port=443) from None
        raise WireFault("consent_refused", host=host, detail=f"{refused.word} {refused.detail}") from None
    _keep(row, tokens, clock())
    return tokens.access


def _keep(row: Consent, tokens: Tokens, now: datetime, **values: Any) -> None:
    values |= {
        "access_token": seal(tokens.access, settings.SECRET_KEY),
        "expires_at": now + timedelta(seconds=tokens.seconds),
    }
    if tokens.refresh:  # some providers give a new one each time, and the former ends
        values["refresh_token"] = seal(tokens.refresh, settings.SECRET_KEY)
    Consent.objects.filter(pk=row.pk).update(**values)
    for name, value in values.items():
        setattr(row, name, value)


@action
def _withdrawn(row: Consent) -> None:
    if Consent.objects.filter(pk=row.pk, withdrawn_at=None).update(withdrawn_at=clock()):
        record(
            "account.consent_withdrawn", topics=["desk"], inbox=row.account.inbox_id, provider=row.provider
        )
