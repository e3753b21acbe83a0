"""Consent of a mailbox's owner, by OAuth 2.0: who we are at his provider, and asking him, here or on another device."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.channels import consent
from pelekan.channels.faults import BadValue
from pelekan.channels.models import Account, Consent
from pelekan.lib import oauth
from pelekan.lib.oauth import OAuthFault
from pelekan.lib.secrets import new_token, open_sealed, same, seal
from pelekan.lib.time import now as clock
from pelekan.tickets.models import Inbox
from pelekan.web.admin.doors import agent, behind, get_object_or_404, went
from pelekan.web.admin.frame import show
from pelekan.web.admin.inbox_forms import ConsentForm
from pelekan.web.admin.inboxes import tabs

ASKED, DEVICE = "mail_consent", "mail_consent_device"  # in the session
MINUTES = 15  # that somebody may take at his provider


@behind("settings", "GET", "POST")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The application at the provider, and whether its consent holds."""
    inbox = get_object_or_404(Inbox.objects.select_related("team"), pk=pk, channel="email")
    row = Consent.objects.filter(account__inbox=inbox).first()
    initial = {name: getattr(row, name) for name in consent.FIELDS} if row else {}
    form = ConsentForm(request.POST or None, initial={"provider": "google", "tenant": "common", **initial})
    if form.is_valid():
        try:
            consent.save(inbox, form.cleaned_data, by=agent(request))
        except BadValue as refused:
            form.add_error(refused.field, refused.text)
        else:
            return went(request, "settings_consent", _("Kept. Now ask the mailbox's owner."), pk)
    device = request.session.get(DEVICE) or {}
    return show(
        request, "consent", "settings_inboxes", inbox.name, back="settings_inboxes", inbox=inbox, form=form,
        tabs=tabs(inbox, "account"), state=_state(row) if row else None, redirect=_back(),
        kept=bool(row and row.client_secret), device=device if device.get("inbox") == pk else None,
    )  # fmt: skip


def _state(row: Consent) -> dict[str, Any]:
    server = consent.server_of(row)
    return {
        "granted_at": row.granted_at, "withdrawn_at": row.withdrawn_at, "expires_at": row.expires_at,
        "by_browser": bool(server.authorize_url), "by_device": bool(server.device_url),
    }  # fmt: skip


def _back() -> str:
    """The address that is registered at the provider; from the configuration, never from the request."""
    return settings.BASE_URL + reverse("settings_consent_back")


@behind("settings", "POST")
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """A page that leads to the provider (a form may not send the browser away from here)."""
    inbox = get_object_or_404(Inbox.objects.select_related("team"), pk=pk, channel="email")
    row = get_object_or_404(Consent.objects.select_related("account"), account__inbox=inbox)
    state, verifier = new_token(), oauth.new_verifier()
    request.session[ASKED] = {"state": state, "verifier": verifier, "inbox": pk, "at": clock().timestamp()}
    user = row.account.imap_user or inbox.address
    url = oauth.consent_url(consent.server_of(row), consent.client_of(row), _back(), state, verifier, user)
    return show(
        request, "consent_ask", "settings_inboxes", inbox.name, back="settings_inboxes", inbox=inbox,
        tabs=tabs(inbox, "account"), href=url, user=user,
    )  # fmt: skip


@behind("settings")
def returned(request: HttpRequest) -> HttpResponse:
    """The browser comes back from the provider, with a code or a refusal. Each question is answered once."""
    asked = request.session.pop(ASKED, None) or {}
    fresh = asked and 0 <= clock().timestamp() - asked["at"] < MINUTES * 60
    if not fresh or not same(str(asked["state"]), request.GET.get("state", "")):
        messages.error(
            request, _("This answer belongs to no question of yours, or came too late. Ask again.")
        )
        return HttpResponseRedirect(reverse("settings_inboxes"))
    pk = asked["inbox"]
    row = get_object_or_404(Consent.objects.select_related("account"), account__inbox=pk)
    if refused := request.GET.get("error"):
        return _told(request, pk, OAuthFault(refused[:60], request.GET.get("error_description", "")[:300]))
    try:
        tokens = oauth.exchange(
            consent.server_of(row), consent.client_of(row), request.GET.get("code", ""), _back(), asked["verifier"],
            consent.allowed(),
        )  # fmt: skip
    except OAuthFault as fault:
        return _told(request, pk, fault)
    return _granted(request, row, tokens)


@behind("settings", "POST")
def device(request: HttpRequest, pk: int) -> HttpResponse:
    """Consent on another device: the first time a code is got, afterwards it is asked whether somebody has agreed."""
    row = get_object_or_404(Consent.objects.select_related("account"), account__inbox=pk)
    server, client = consent.server_of(row), consent.client_of(row)
    known = request.session.get(DEVICE) or {}
    try:
        if "check" not in request.POST or known.get("inbox") != pk:
            code = oauth.ask_device(server, client, consent.allowed())
            request.session[DEVICE] = {
                "inbox": pk, "code": seal(code.code, settings.SECRET_KEY), "user_code": code.user_code,
                "address": code.address if code.address.startswith("https://") else "",
            }  # fmt: skip
            return HttpResponseRedirect(reverse("settings_consent", args=[pk]))
        sealed = open_sealed(known["code"], settings.SECRET_KEY)
        tokens = oauth.device_tokens(server, client, sealed, consent.allowed())
    except OAuthFault as fault:
        if fault.word in ("authorization_pending", "slow_down"):
            messages.error(
                request, _("Nobody has agreed there yet. Type the code at that address, then check again.")
            )
            return HttpResponseRedirect(reverse("settings_consent", args=[pk]))
        request.session.pop(DEVICE, None)
        return _told(request, pk, fault)
    request.session.pop(DEVICE, None)
    return _granted(request, row, tokens)


def _granted(request: HttpRequest, row: Consent, tokens: oauth.Tokens) -> HttpResponse:
    try:
        consent.granted(row, tokens, by=agent(request))
    except BadValue as refused:
        messages.error(request, refused.text)
        return HttpResponseRedirect(reverse("settings_consent", args=[row.account.inbox_id]))
    account = Account.objects.get(pk=row.account_id)
    said = _("The consent is here. The mailbox is looked at right away.")
    if not account.imap_host:
        said = _("The consent is here. Now name the servers of the mailbox.")
    return went(request, "settings_account", said, account.inbox_id)


def _told(request: HttpRequest, pk: int, fault: OAuthFault) -> HttpResponse:
    words = {
        "access_denied": _("The mailbox's owner, or the provider for him, said no."),
        "invalid_client": _("The provider doesn't know this application, or its secret is wrong."),
        "invalid_grant": _("The code came too late, or was used already. Ask again."),
        "redirect_uri_mismatch": _(
            "Register the return address shown here at the provider, letter by letter."
        ),
        "expired_token": _("The code has run out. Get a new one."),
        "unreachable": _("The provider could not be reached."),
    }
    text = words.get(fault.word, _("The provider said no."))
    messages.error(request, f"{text} ({fault})")
    return HttpResponseRedirect(reverse("settings_consent", args=[pk]))
