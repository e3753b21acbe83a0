"""Signing outgoing mail (DKIM): a key for each domain, its record, and whether it is published."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from pelekan.channels.email import signing
from pelekan.channels.models import SigningKey
from pelekan.lib.text import isolate
from pelekan.web.admin.doors import agent, behind, get_object_or_404, told
from pelekan.web.admin.frame import show


@behind("settings")
def keys(request: HttpRequest) -> HttpResponse:
    made = {key.domain: key for key in SigningKey.objects.order_by("domain")}
    rows = []
    for domain in sorted({*signing.domains(), *made}):
        key = made.get(domain)
        name, value = signing.record_of(key) if key else ("", "")
        rows.append(
            {"domain": domain, "id": key.pk if key else None, "seen_at": key.seen_at if key else None,
             "name": name, "value": value}
        )  # fmt: skip
    lead = _("A signature lets receivers check that a mail really comes from your domain.")
    return show(
        request, "signing", "settings_mail", _("Signed mail (DKIM)"), lead, keys=rows, back="settings_mail"
    )


@behind("settings", "POST")
def make(request: HttpRequest) -> HttpResponse:
    domain = request.POST.get("domain", "")
    if domain not in signing.domains():
        raise Http404
    done = _("The key is made. Publish its record; nothing is signed before it is seen.")
    return told(request, "settings_signing", lambda: signing.make_key(domain, by=agent(request)), done)


@behind("settings", "POST")
def check(request: HttpRequest, pk: int) -> HttpResponse:
    key = get_object_or_404(SigningKey, pk=pk)
    words = {
        "": _("The record is there. Mail from %(domain)s is signed from now on."),
        "missing": _("The record for %(domain)s is not there yet. Look again in an hour; the DNS is slow."),
        "other": _(
            "A record is there, but with another key. Copy the value for %(domain)s once more, whole."
        ),
        "unreachable": _("The DNS did not answer for %(domain)s. Look again later."),
    }
    wrong = signing.check(key, by=agent(request))
    (messages.error if wrong else messages.success)(request, words[wrong] % {"domain": isolate(key.domain)})
    return redirect("settings_signing")


@behind("settings", "POST")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    key = get_object_or_404(SigningKey, pk=pk)
    done = _("Mail of this domain is no longer signed. Take its record out of the DNS in a week.")
    return told(request, "settings_signing", lambda: signing.end_signing(key, by=agent(request)), done)
