"""Many visitors write while connections drop and the server is killed; agents answer and the API creates tickets beside.

    python -m tests.faults.chat_storm [LINES] [VISITORS] [KILLS] [DATABASE_URL]

The books are kept here, outside the desk: a line counts as acknowledged when its 201 was read to the end. Afterwards
each line is there exactly once and in the order in which its visitor wrote it, on the visitor's side (his own
`GET messages`), on the agents' side and in the database; each answer and each ticket made by API too. A line whose
answer was lost was sent again with its `client_id`, as the widget does. The long run is 10,000 lines, 50 visitors and
200 kills.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SITE = "http://shop.example.com"

PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from pelekan.demo.world import build
build(sites=("http://shop.example.com",))
from pelekan.people.models import Agent
from pelekan.tickets.models import Inbox
Agent.objects.update(presence="online")
Inbox.objects.filter(key="shop-widget").update(hours={})
from pelekan.people import tokens
print(tokens.create("storm", per_minute=0)[1])
"""
SERVE = """
import sys
from pelekan import asgi
from pelekan.channels.chat import limits
for one in limits.EVERY:
    one.count = 10**9
asgi.serve("127.0.0.1", int(sys.argv[1]))
"""
LOOK = """
import json, sys, django; django.setup()
from pelekan.tickets.models import Message, Ticket, Event
json.dump({
  "incoming": list(Message.objects.filter(kind="incoming", channel="chat").order_by("id").values_list("conversation_id", "text")),
  "outgoing": list(Message.objects.filter(kind="outgoing", automatic=False).order_by("id").values_list("text", flat=True)),
  "made": list(Ticket.objects.filter(channel="api").values_list("subject", flat=True)),
  "numbers": list(Ticket.objects.exclude(number=None).values_list("number", flat=True)),
  "silent": Message.objects.filter(kind="incoming").count() - Event.objects.filter(name="message.received").count(),
}, sys.stdout)
"""
ANSWER = """
import sys, django; django.setup()
from pelekan.people.models import Agent
from pelekan.tickets import actions
from pelekan.tickets.models import Conversation
sara = Agent.objects.get(user__email="sara@chakad.example")
n = 0
for line in sys.stdin:
    chats = list(Conversation.objects.filter(channel="chat").order_by("id"))
    if not chats:
        print("none", flush=True); continue
    chat = chats[n % len(chats)]; n += 1
    actions.reply(chat.ticket, by=sara, text=line.strip(), conversation=chat, client_id=line.strip())
    print(line.strip(), flush=True)
"""


class Broken(AssertionError):
    """Something acknowledged is missing, doubled or out of order."""


@dataclass
class Desk:
    """The server's process, killed and started again."""

    folder: Path
    port: int
    database: str = ""
    token: str = ""
    process: subprocess.Popen[bytes] | None = None
    lives: int = 0

    def prepare(self) -> None:
        (self.folder / "pelekan.toml").write_text(
            f'base_url = "http://127.0.0.1:{self.port}"\nsecret_key = "{"abcdefghij0123456789" * 4}"\ndemo = true\n'
            + (f'database = "{self.database}"\n' if self.database else "")
        )
        self.token = self.run(PREPARE).strip()

    def env(self) -> dict[str, str]:
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("PELEKAN_", "DJANGO_"))}
        return keep | {
            "PELEKAN_CONFIG": str(self.folder / "pelekan.toml"),
            "DJANGO_SETTINGS_MODULE": "pelekan.settings",
            "PYTHONPATH": str(ROOT),
        }

    def run(self, code: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code], env=self.env(), capture_output=True, check=False, timeout=300
        )
        if done.returncode:
            raise Broken(done.stderr.decode()[-3_000:])
        return done.stdout.decode()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(self.port)], env=self.env(), stderr=subprocess.DEVNULL
        )
        self.lives += 1
        for _ in range(600):
            if self.process.poll() is not None:
                raise Broken("the server ended by itself")
            with socket.socket() as one:
                one.settimeout(0.5)
                if one.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise Broken("the server did not start")

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@dataclass
class Caller:
    """A client that loses its connection at random: before sending, before the answer, in the middle of it."""

    port: int
    chance: random.Random
    drops: float = 0.03
    line: http.client.HTTPConnection | None = None

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Status and JSON; OSError when the answer was lost on the way, as often as that happens."""
        if self.line is None:
            self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            data = None if body is None else json.dumps(body).encode()
            self.line.request(method, path, data, {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{self.port}", **(headers or {})})  # fmt: skip
            if self.chance.random() < self.drops:
                raise ConnectionResetError("dropped before the answer")
            answer = self.line.getresponse()
            raw = answer.read()
            return answer.status, json.loads(raw) if raw[:1] in b"{[" and raw else None
        except (OSError, http.client.HTTPException, ValueError) as fault:
            self.line.close()
            self.line = None
            raise OSError(str(fault)) from fault


def insist(caller: Caller, *what: Any) -> tuple[int, Any]:
    """Ask until there is an answer that is not a server's trouble."""
    for _ in range(2_000):
        try:
            status, body = caller.ask(*what)
            if status < 500 and status != 429:
                return status, body
        except OSError:
            pass
        time.sleep(0.05)
    raise Broken(f"no answer to {what[:2]}")


def visitor(desk: Desk, number: int, lines: int, books: dict[int, Any], faults: list[str]) -> None:
    """One visitor's whole chat."""
    try:
        caller = Caller(desk.port, random.Random(number))
        base = "/widget/shop-widget"
        _, hello = insist(caller, "POST", f"{base}/hello", {"begin": True, "language": "en"})
        bearer = {"Authorization": f"Bearer {hello['token']}"}
        conversation, written = None, []
        for n in range(lines):
            text = f"v{number}-{n}"
            body = {
                "client_id": f"line-{text}",
                "text": text,
                "files": [],
                "conversation": conversation,
                "context": {},
            }
            status, told = insist(caller, "POST", f"{base}/send", body, bearer)
            if status != 201:
                raise Broken(f"{status} {told}")
            conversation = told["conversation"]["id"]
            written.append(text)
        seen, after = [], 0
        while True:
            _, page = insist(
                caller, "GET", f"{base}/messages?conversation={conversation}&after={after}", None, bearer
            )
            seen += [one["text"] for one in page["messages"] if one["from"] == "you"]
            if not page["messages"] or not page.get("more"):
                break
            after = page["messages"][-1]["id"]
        books[number] = {"written": written, "seen": seen, "conversation": conversation}
    except Exception as fault:
        faults.append(f"visitor {number}: {type(fault).__name__} {fault}")


def api_client(desk: Desk, done: threading.Event, made: list[str], faults: list[str]) -> None:
    """Creates tickets all the while, each with its own key."""
    caller, n = Caller(desk.port, random.Random(-1)), 0
    try:
        while not done.is_set():
            n += 1
            subject = f"api-{n}"
            body = {"subject": subject, "body": "x", "customer": {"email": f"c{n % 7}@example.com"}}
            head = {"Authorization": f"Bearer {desk.token}", "Idempotency-Key": subject}
            status, told = insist(caller, "POST", "/api/v1/tickets", body, head)
            if status != 201:
                raise Broken(f"{status} {told}")
            made.append(subject)
            time.sleep(0.02)
    except Exception as fault:
        faults.append(f"api: {type(fault).__name__} {fault}")


def run(lines: int, visitors: int, kills: int, database: str = "") -> dict[str, Any]:
    """The storm. Returns its figures; raises Broken."""
    with tempfile.TemporaryDirectory(prefix="pelekan-storm-") as place, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        desk = Desk(Path(place), port, database)
        desk.prepare()
        desk.start()
        began = time.monotonic()
        books: dict[int, Any] = {}
        faults: list[str] = []
        made: list[str] = []
        answered: list[str] = []
        done = threading.Event()
        people = [
            threading.Thread(target=visitor, args=(desk, n, lines // visitors, books, faults))
            for n in range(visitors)
        ]
        beside = threading.Thread(target=api_client, args=(desk, done, made, faults))
        for thread in [*people, beside]:
            thread.start()
        agent = subprocess.Popen(
            [sys.executable, "-c", ANSWER],
            env=desk.env(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        chance = random.Random(7)
        killed = 0
        try:
            while any(thread.is_alive() for thread in people) and not faults:
                if killed < kills:
                    time.sleep(chance.uniform(0.1, 1.2))
                    desk.kill()
                    killed += 1
                    desk.start()
                else:
                    time.sleep(0.2)
                if (
                    agent.poll() is not None
                ):  # it waited too long for its turn to write: nothing was acknowledged
                    agent = _agent(desk)
                answered += _answer(agent, f"answer-{len(answered)}-{killed}-{agent.pid}")
            done.set()
            for thread in [*people, beside]:
                thread.join()
        finally:
            done.set()
            agent.kill()
            agent.wait()
            desk.kill()
        if faults:
            raise Broken("; ".join(faults[:5]))
        seconds = time.monotonic() - began
        stored = json.loads(desk.run(LOOK))
        _check(books, stored, made, answered)
        return {
            "lines": sum(len(one["written"]) for one in books.values()), "visitors": visitors, "kills": killed,
            "api tickets": len(made), "answers": len(answered), "seconds": round(seconds),
        }  # fmt: skip


def _agent(desk: Desk) -> subprocess.Popen[str]:
    """A colleague who answers from a process of his own."""
    return subprocess.Popen(
        [sys.executable, "-c", ANSWER], env=desk.env(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip


def _answer(agent: subprocess.Popen[str], text: str) -> list[str]:
    assert agent.stdin is not None and agent.stdout is not None
    try:
        agent.stdin.write(text + "\n")
        agent.stdin.flush()
    except BrokenPipeError:
        return []
    told = agent.stdout.readline().strip()
    return [told] if told == text else []


def _check(books: dict[int, Any], stored: dict[str, Any], made: list[str], answered: list[str]) -> None:
    by_chat: dict[int, list[str]] = {}
    for conversation, text in stored["incoming"]:
        by_chat.setdefault(conversation, []).append(text)
    for number, one in books.items():
        if by_chat.get(one["conversation"]) != one["written"]:
            raise Broken(f"visitor {number}: stored is not what he wrote, in his order")
        if one["seen"] != one["written"]:
            raise Broken(
                f"visitor {number} sees {len(one['seen'])} of his {len(one['written'])} lines, or in another order"
            )
    if sum(map(len, by_chat.values())) != sum(len(one["written"]) for one in books.values()):
        raise Broken("lines that nobody wrote")
    for name, wanted, found in (
        ("answers", answered, stored["outgoing"]),
        ("tickets by API", made, stored["made"]),
    ):
        if missing := set(wanted) - set(found):
            raise Broken(f"{name}: {len(missing)} acknowledged ones are lost")
        if len(found) != len(set(found)):
            raise Broken(f"{name}: some are there twice")
    if len(stored["numbers"]) != len(set(stored["numbers"])):
        raise Broken("two tickets have one number")
    if stored["silent"]:
        raise Broken(f"{stored['silent']} messages without their event")


if __name__ == "__main__":
    wanted = [int(word) for word in sys.argv[1:4]]
    lines, visitors, kills = [*wanted, *(10_000, 50, 200)[len(wanted) :]]
    print(run(lines, visitors, kills, *sys.argv[4:5]))
