"""The gateway behind an SMS inbox: keeping it with its key sealed, and trying it out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import phonenumbers
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.channels.faults import in_words
from pelekan.channels.models import Gateway
from pelekan.channels.sms import generic, quiet
from pelekan.channels.sms.calls import GATES, call, line_of, scrubbed
from pelekan.channels.sms.send import note_health, stored_fault
from pelekan.channels.sms.shapes import Text, Trouble
from pelekan.channels.sms.texting import new_ref
from pelekan.lib import due
from pelekan.lib.http import Refused, Unreachable, check_url
from pelekan.lib.phones import normal_phone
from pelekan.lib.secrets import new_token, open_sealed, seal
from pelekan.lib.text import isolate, latin_digits
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Inbox

PLAIN = (
    "kind",
    "base",
    "user",
    "sender",
    "region",
    "quiet_from",
    "quiet_to",
    "most_parts",
    "per_hour",
    "codes_per_day",
    "for_others",
)
OPTIONS = ("method", "kind_of_body", "headers", "body", "ok_path", "ok_value", "id_path", "error_path")
INCOMING = ("in_sender", "in_text", "in_recipient", "in_id")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SENDER = re.compile(r"\+?[0-9]{3,20}|MG[0-9a-f]{2,38}|(?=.*[A-Za-z])[A-Za-z0-9 ._&-]{1,11}")


class BadValue(ValueError):
    """A value of the form can't be; `field` names it, the text says why in the reader's language."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field, self.text = field, text


@action
def save(inbox: Inbox, values: Mapping[str, Any], *, by: Agent | None) -> Gateway:
    """Set the gateway of `inbox` from what `values` names (PLAIN, OPTIONS, INCOMING, and `secret`; an empty secret
    keeps the former one). Fetching begins at once. Raises BadValue."""
    gateway = Gateway.objects.filter(inbox=inbox).first() or Gateway(inbox=inbox)
    _fill(gateway, values)
    _see_url(gateway)
    if not gateway.hook:
        gateway.hook = seal(new_token(), settings.SECRET_KEY)
    gateway.due_at = clock() if gateway.kind == Gateway.Kind.KAVENEGAR else None
    gateway.failures, gateway.failed_at, gateway.fault = 0, None, ""
    gateway.save()
    record("gateway.saved", by=by, topics=["desk"], inbox=inbox.pk)
    due.queued(Gateway)
    return gateway


def hook_secret(gateway: Gateway) -> str:
    """What incoming webhooks of this gateway must bear; "" when it can't be opened."""
    try:
        return open_sealed(gateway.hook, settings.SECRET_KEY) if gateway.hook else ""
    except ValueError:
        return ""


def hook_address(gateway: Gateway) -> str:
    """Where this gateway calls us when a text comes in; Twilio signs, the others bear a secret."""
    if gateway.kind == Gateway.Kind.TWILIO:
        return settings.BASE_URL + reverse("hook_sms", args=[gateway.inbox.key])
    return settings.BASE_URL + reverse("hook_sms_secret", args=[gateway.inbox.key, hook_secret(gateway)])


def _fill(gateway: Gateway, values: Mapping[str, Any]) -> None:
    given = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    for name, value in given.items():
        if name != "secret" and isinstance(value, str) and _CONTROL.search(value):
            raise BadValue(name, _("This holds characters that can't be typed."))
    for name in PLAIN:
        if name in given and given[name] is not None:
            setattr(gateway, name, given[name])
    gateway.sender = latin_digits(gateway.sender).strip()
    gateway.region = gateway.region.upper()
    if gateway.kind not in Gateway.Kind.values:
        raise BadValue("kind", _("Choose a gateway."))
    if gateway.region not in phonenumbers.SUPPORTED_REGIONS:
        raise BadValue("region", _("Write the country in two letters, such as IR, SA or AE."))
    if gateway.sender and not _SENDER.fullmatch(gateway.sender):
        raise BadValue("sender", _("Write the line's number, or a name of at most 11 letters."))
    _fill_quiet(gateway)
    if given.get("secret"):
        gateway.secret = seal(str(given["secret"]), settings.SECRET_KEY)
    if gateway.kind == Gateway.Kind.HTTP:
        _fill_options(gateway, given)
    else:
        gateway.options = {}
        _want(gateway)


def _fill_quiet(gateway: Gateway) -> None:
    for name in ("quiet_from", "quiet_to"):
        text = latin_digits(getattr(gateway, name)).strip()
        try:
            minutes = quiet.minutes(text) if text else None
        except ValueError:
            raise BadValue(name, _("Write a time of day like 22:00.")) from None
        setattr(gateway, name, "" if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}")
    if bool(gateway.quiet_from) != bool(gateway.quiet_to):
        missing = "quiet_to" if gateway.quiet_from else "quiet_from"
        raise BadValue(missing, _("Write both times, or none for no quiet hours."))


def _want(gateway: Gateway) -> None:
    if not gateway.secret:
        raise BadValue("secret", _("Without the key nothing can be sent. Copy it from the gateway's panel."))
    if gateway.kind == Gateway.Kind.TWILIO:
        if not re.fullmatch(r"AC[0-9A-Za-z]{1,60}", gateway.user):
            raise BadValue("user", _("The account SID begins with AC; copy it from Twilio's console."))
        if not gateway.sender:
            raise BadValue("sender", _("Write the number from which texts are sent."))


def _fill_options(gateway: Gateway, given: Mapping[str, Any]) -> None:
    options = dict(gateway.options)
    for name in OPTIONS:
        if name in given:
            options["kind" if name == "kind_of_body" else name] = given[name]
    if any(name in given for name in INCOMING):
        options["incoming"] = {name.removeprefix("in_"): str(given.get(name) or "") for name in INCOMING}
    options["method"] = options.get("method") or "POST"
    options["kind"] = options.get("kind") or "json"
    if options["method"] not in generic.METHODS or options["kind"] not in generic.KINDS:
        raise BadValue("method", _("Choose one of the list."))
    if not gateway.base:
        raise BadValue(
            "base", _("Write the address that takes a text message, such as https://sms.example.com/send.")
        )
    for field, word in generic.faults_of(options, gateway.base).items():
        raise BadValue(field, _words(word))
    gateway.options = options


def _words(word: str) -> str:
    if word.startswith("unknown "):
        names = " ".join(f"{{{name}}}" for name in generic.PLACEHOLDERS)
        return _("There is no placeholder {%(name)s}. There are: %(names)s") % {
            "name": word[8:],
            "names": names,
        }
    return {
        "json": _("This is no JSON. Put every placeholder inside quotation marks."),
        "header": _("Write one header per line, such as Authorization: Bearer {secret}"),
        "no_text": _("The text is missing: write {text} where it belongs."),
        "no_to": _("The number is missing: write {to}, {to_plain} or {to_national} where it belongs."),
    }[word]


def _see_url(gateway: Gateway) -> None:
    """An address inside the operator's own network, or of no server at all, is told when it is kept."""
    if not gateway.base:
        return
    url = generic.fill(gateway.base, dict.fromkeys(generic.PLACEHOLDERS, "1"), str)
    host = urlsplit(url).hostname or url[:80]
    try:
        check_url(url, allow=settings.CONFIG.private_hosts, seconds=5)
    except Refused:
        raise BadValue("base", in_words(_fault("host_refused", host))) from None
    except Unreachable:
        raise BadValue("base", in_words(_fault("host_unknown", host))) from None


def _fault(word: str, host: str) -> str:
    return stored_fault(Trouble(word, host))


# Trying it out


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the try showed, for the admin."""

    ok: bool
    text: str


def try_gateway(values: Mapping[str, Any], inbox: Inbox, *, to: str = "", body: str = "") -> list[Finding]:
    """Ask the gateway with the values of the form whether it knows the account, and with `to` send a text there. Nothing
    is kept but what the stored account's health is."""
    stored = Gateway.objects.filter(inbox=inbox).first()
    gateway = stored or Gateway(inbox=inbox)
    try:
        _fill(gateway, values)
        _see_url(gateway)
        number = normal_phone(to, gateway.region) if to.strip() else ""
    except BadValue as error:
        return [Finding(False, error.text)]
    except ValueError:
        return [Finding(False, _("That is no complete phone number. Write it like +98 912 345 6789."))]
    try:
        found = _check(gateway)
        if number:
            found.append(_test(gateway, number, body.strip() or _("This is a test message.")))
        elif not found:
            found.append(Finding(True, _("The form is complete. Write a number and send a test message.")))
    except Trouble as trouble:
        return [Finding(False, in_words(stored_fault(trouble, number, gateway)))]
    if stored is not None:
        note_health(stored, "")
    return found


def _check(gateway: Gateway) -> list[Finding]:
    gate, line = GATES[gateway.kind], line_of(gateway)
    ask = gate.check(line)
    if ask is None:
        return []
    try:
        credit = gate.checked(line, call(ask, line))
    except Trouble as trouble:
        trouble.detail = scrubbed(trouble.detail, line)
        raise
    if credit:
        return [
            Finding(True, _("The gateway knows this account. Its credit is %(credit)s.") % {"credit": credit})
        ]
    return [Finding(True, _("The gateway knows this account."))]


def _test(gateway: Gateway, number: str, body: str) -> Finding:
    gate, line = GATES[gateway.kind], line_of(gateway)
    try:
        gate.sent(line, call(gate.send(line, Text(number, body, new_ref())), line))
    except Trouble as trouble:
        trouble.detail = scrubbed(trouble.detail, line)
        raise
    return Finding(
        True,
        _("The gateway took the text for %(number)s. See that it arrives.") % {"number": isolate(number)},
    )
