"""A gateway on this machine: keeps what it is asked, answers what `answers` says; and SMS inboxes that talk to it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from pelekan.channels.models import Delivery, Gateway, IncomingText
from pelekan.channels.sms import accounts, arriving, send
from pelekan.channels.sms.shapes import Arrived
from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.tickets.actions import reply
from pelekan.tickets.models import Inbox

NUMBER = "+989120000001"


@dataclass
class Said:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass
class Fake:
    """`answers` are (status, body) in turn, the last for ever; None breaks the connection off, a float hangs so long."""

    port: int = 0
    heard: list[Said] = field(default_factory=list)
    answers: list[tuple[int, object] | float | None] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, *answers: tuple[int, object] | float | None) -> None:
        self.answers = list(answers)


@contextmanager
def running() -> Iterator[Fake]:
    fake = Fake()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            fake.heard.append(Said(self.command, self.path, headers, self.rfile.read(length)))
            said = fake.answers.pop(0) if len(fake.answers) > 1 else fake.answers[0]
            if isinstance(said, float):
                time.sleep(said)
                return
            if said is None:
                self.close_connection = True
                return
            status, tree = said
            body = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_POST

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()


VALUES = {
    "kavenegar": {"sender": "10004346", "secret": "kave-key/7"},
    "twilio": {"sender": "+15005550006", "user": "AC0123", "secret": "twilio-token"},
    "http": {
        "sender": "3000", "user": "shop", "secret": "http-key", "method": "POST", "kind_of_body": "json",
        "headers": "Authorization: Bearer {secret}", "body": '{"to": "{to}", "text": "{text}"}', "ok_path": "ok", "ok_value": "",
        "id_path": "id", "error_path": "error",
    },
}  # fmt: skip
TAKEN = {
    "kavenegar": (200, {"return": {"status": 200, "message": ""}, "entries": [{"messageid": 8792343, "status": 1}]}),
    "twilio": (201, {"sid": "SM1", "status": "queued"}),
    "http": (200, {"ok": True, "id": "g-1"}),
}  # fmt: skip


def sms_inbox(world: World, fake: Fake, kind: str = "http", **values: object) -> Gateway:
    inbox = Inbox.objects.create(
        channel="sms", name="پیامک", key="texts", team=world.teams["front"], language="fa"
    )
    fake.answer(TAKEN[kind])
    given = {**VALUES[kind], "kind": kind, "base": fake.base, "region": "IR", **values}
    return accounts.save(inbox, given, by=world.agents["arash"])


def text(
    gateway: Gateway, words: str, *, sender: str = NUMBER, gateway_id: str = "", at: object = None
) -> IncomingText:
    """A text comes in and is taken in."""
    stored = arriving.store(gateway, [Arrived(gateway_id, sender, gateway.sender, words)], now=at)  # type: ignore[arg-type]
    for mine in due.claim(IncomingText, clock(), where=arriving.JOB.where):
        arriving.take(mine)
    return IncomingText.objects.get(pk=stored[0].pk) if stored else IncomingText.objects.latest("pk")


def work_due(*, all_of_them: bool = False) -> None:
    """Do with text messages what falls due now; with `all_of_them` whatever they wait for."""
    if all_of_them:
        Delivery.objects.filter(channel="sms", due_at__isnull=False).update(due_at=clock())
    for mine in due.claim(Delivery, clock(), where=send.JOB.where, lease=send.LEASE):
        again = send.work(mine)
        if mine.leased_until is not None:
            with suppress(due.LeaseLost):
                due.settle(mine, again)


def said(fake: Fake) -> list[str]:
    import json

    return [json.loads(one.body)["text"] for one in fake.heard]


def waiting(world: World, gateway: Gateway, words: str = "Answer") -> Delivery:
    ticket = text(gateway, "Question", gateway_id="1").message.ticket
    Delivery.objects.all().delete()
    return reply(ticket, by=world.agents["sara"], text=words).deliveries.get()
