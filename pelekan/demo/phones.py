"""The customers' phones of the demo: a gateway that keeps the desk's text messages, and a page to read them and to
write as any customer. The desk talks to it as to any gateway, by HTTP."""

from __future__ import annotations

import json
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from pelekan.channels.models import Gateway, IncomingText
from pelekan.channels.sms import accounts, arriving
from pelekan.channels.sms.parts import parts
from pelekan.channels.sms.shapes import Arrived
from pelekan.lib.phones import normal_phone
from pelekan.lib.text import direction, isolate
from pelekan.people.models import Agent, Identity, IdentityKind, Team
from pelekan.tickets.models import Inbox

KEY = "demo-sms-key"
LINE = "30001234"
NUMBERS = {"mina": "+989120000001", "yusuf": "+966500000001", "emma": "+12025550123"}
NEWEST = 60


def folder() -> Path:
    """Where the gateway keeps what it was given."""
    return Path(settings.DATA_DIR) / "texts"


def connect(team: Team, by: Agent, address: str) -> Gateway:
    """An SMS inbox whose gateway is this one; `address` is the desk's own."""
    inbox = Inbox.objects.create(
        channel="sms", name="پیامک پشتیبانی", key="support-texts", team=team, language="fa"
    )
    values = {
        "kind": "http", "base": gateway_address(address), "secret": KEY, "sender": LINE, "region": "IR", "method": "POST",
        "kind_of_body": "json", "headers": "Authorization: Bearer {secret}",
        "body": '{"to": "{to}", "from": "{from}", "text": "{text}", "id": "{id}"}', "ok_path": "taken", "id_path": "id",
        "quiet_from": "", "quiet_to": "", "for_others": True,  # whoever looks around at night shall see it work
    }  # fmt: skip
    return accounts.save(inbox, values, by=by)


def gateway_address(desk: str) -> str:
    return desk + "/demo/phones/gateway/"


@csrf_exempt
@require_POST
def gateway(request: HttpRequest) -> HttpResponse:
    """Take one text, as a gateway does."""
    if request.headers.get("Authorization") != f"Bearer {KEY}":
        return JsonResponse({"taken": False}, status=401)
    try:
        tree = json.loads(request.body)
        kept = {name: str(tree[name]) for name in ("to", "from", "text", "id")}
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"taken": False}, status=400)
    folder().mkdir(parents=True, exist_ok=True)
    name = f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}"
    part = folder() / f".{name}"
    part.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    part.rename(folder() / f"{name}.json")
    return JsonResponse({"taken": True, "id": name})


@require_GET
def phone(request: HttpRequest) -> HttpResponse:
    """One customer's phone: what he got from the desk and what he wrote."""
    known = list(
        Identity.objects.filter(kind=IdentityKind.PHONE)
        .order_by("customer__name", "pk")
        .values_list("address", "customer__name")
    )
    mine = _number(request.GET.get("as", "")) or (known[0][0] if known else "")
    choices = [(address, f"{name} {isolate(address)}".strip()) for address, name in known]
    if mine and mine not in dict(known):
        choices.append((mine, mine))
    lines = _lines(mine)
    return render(
        request,
        "demo/phones.html",
        {"numbers": choices, "mine": mine, "lines": lines, "brand": {"name": "Phone"}},
    )


@require_POST
def write(request: HttpRequest) -> HttpResponse:
    """Send the desk a text message as a customer."""
    desk = Gateway.objects.filter(inbox__key="support-texts").first()
    mine, text = _number(request.POST.get("from", "")), request.POST.get("text", "").strip()
    if desk is None:
        raise Http404
    if not mine or not text:
        raise BadRequest
    arriving.store(desk, [Arrived(f"demo-{uuid.uuid4().hex}", mine, LINE, text)])
    return HttpResponseRedirect(f"{reverse('demo_phones')}?{urlencode({'as': mine})}")


def _number(text: str) -> str:
    try:
        return normal_phone(text, "IR")
    except ValueError:
        return ""


def _lines(mine: str) -> list[dict[str, Any]]:
    """Oldest first: {text, at, own, parts, links}."""
    rows = []
    for path in sorted(folder().glob("*.json"), reverse=True)[: NEWEST * 4]:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["to"] == mine:
            at = datetime.fromtimestamp(int(path.stem.partition("-")[0]) / 1e9, UTC)
            rows.append(_line(kept["text"], at, own=False))
    for row in IncomingText.objects.filter(sender=mine).order_by("-pk")[:NEWEST]:
        rows.append(_line(row.text, row.received_at, own=True))
    return sorted(rows, key=lambda line: line["at"])[-NEWEST:]


def _line(text: str, at: datetime, *, own: bool) -> dict[str, Any]:
    words = text.split()
    links = [word for word in words if word.startswith(("http://", "https://"))]
    return {
        "text": text,
        "at": at,
        "own": own,
        "parts": parts(text).count,
        "links": links,
        "dir": direction(text, "rtl"),
    }
