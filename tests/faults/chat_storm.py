"""Many visitors and several agents write at once while connections drop and the server is killed; the API creates tickets.

    python -m tests.faults.chat_storm [LINES] [VISITORS] [KILLS] [DATABASE_URL]

The books are kept here, outside the desk. A line counts as acknowledged when its answer was read to the end; one whose
answer was lost is sent again with its `client_id`, as browsers do. Everyone has a screen, filled as a browser fills it:
a live stream that is cut at random and resumed, and after each poke a look at what is new, never at anything else.
Afterwards each visitor's screen, the agents' screens and the database hold the same lines in the same order: every
acknowledged one, once, those of one writer in the order in which he wrote them; and each ticket made by API once. The
long run is 10,000 lines of visitors, 50 visitors and 200 kills.
"""

from __future__ import annotations

import functools
import json
import random
import re
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import template
from tests.faults.clients import Broken, Caller, Ears
from tests.servers.desks import DATABASE, Desk
from tests.servers.ports import free_port

WIDGET = "/widget/shop-widget"
FORM = "application/x-www-form-urlencoded"
LINE = r"[va]\d+-\d+"
AGENTS = ("sara", "omid", "laila", "nika")
CSRF = "abcdefghijklmnopqrstuvwxyz012345"
SETTLE = 60
"""Seconds that a screen may take after the last line until it shows everything."""

SERVE = """
import sys
from pelekan import asgi
from pelekan.channels.chat import limits
for one in limits.EVERY:
    one.count = 10**9
asgi.serve("127.0.0.1", int(sys.argv[1]))
"""
PREPARE = """
import json
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
call_command("migrate", verbosity=0)
from pelekan.demo.world import build
world = build(sites=("http://shop.example.com",))
from pelekan.people import tokens
from pelekan.people.models import Agent
from pelekan.tickets.models import Inbox
Agent.objects.update(presence="online")
Inbox.objects.get(key="shop-widget").business_hours.clear()
sessions = {}
for key, agent in world.agents.items():
    session = SessionStore()
    session[SESSION_KEY] = str(agent.user_id)
    session[BACKEND_SESSION_KEY] = "pelekan.people.backends.Backend"
    session[HASH_SESSION_KEY] = agent.user.get_session_auth_hash()
    session.create()
    sessions[key] = session.session_key
print(json.dumps({"sessions": sessions, "token": tokens.create("storm", per_minute=0)[1]}))
"""
LOOK = """
import json
from pelekan.tickets.models import Event, Message, Ticket
lines = Message.objects.filter(channel="chat", automatic=False).order_by("id")
print(json.dumps({
  "lines": list(lines.values_list("ticket_id", "conversation_id", "text")),
  "made": list(Ticket.objects.filter(channel="api").values_list("subject", flat=True)),
  "numbers": list(Ticket.objects.exclude(number=None).values_list("number", flat=True)),
  "silent": Message.objects.filter(kind="incoming").count() - Event.objects.filter(name="message.received").count(),
}))
"""


@dataclass
class Books:
    """What was acknowledged, and how often the server was killed."""

    kills: int = 0
    written: dict[int, list[str]] = field(default_factory=dict)  # conversation → its visitor's lines
    answered: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def lines(self) -> int:
        return sum(len(one) for one in list(self.written.values()))

    def watched(self, do: Callable[[], None]) -> threading.Thread:
        """`do` in a thread of its own; a fault in it ends the storm and is told at once."""

        what = str(getattr(do, "args", do))

        def whole() -> None:
            try:
                do()
            except Exception as fault:
                self.faults.append(f"{what}: {type(fault).__name__} {fault}")
                print(self.faults[-1], file=sys.stderr, flush=True)

        thread = threading.Thread(target=whole)
        thread.start()
        return thread


class Visitor:
    """One visitor's whole chat, and his screen."""

    def __init__(self, number: int, port: int, books: Books) -> None:
        self.number, self.port, self.books = number, port, books
        self.writer, self.reader = (Caller(port, random.Random(number * 2 + n)) for n in range(2))
        self.screen: list[str] = []
        self.talk, self.last = 0, 0
        self.ears: Ears | None = None

    def write(self, lines: int, kills: int) -> None:
        """His lines, spread over the server's lives: a share of them in each."""
        hello = self.writer.json("POST", f"{WIDGET}/hello", {"begin": True, "language": "en"})
        for one in (self.writer, self.reader):
            one.headers["Authorization"] = f"Bearer {hello['token']}"
        written: list[str] = []
        for n in range(lines):
            while self.books.kills < kills * n // lines and not self.books.faults:
                time.sleep(0.02)
            text = f"v{self.number}-{n}"
            body = {"client_id": f"line-{text}", "text": text, "files": [], "context": {}}
            told = self.writer.json("POST", f"{WIDGET}/send", body | {"conversation": self.talk or None})
            written.append(text)
            if not self.ears:
                self.talk = told["conversation"]["id"]
                self.books.written[self.talk] = written
                since = hello["live"]["since"]
                self.ears = Ears(self.port, self.writer.chance, since, self.renew, self.hear)

    def renew(self) -> str:
        hello = self.reader.json("POST", f"{WIDGET}/hello", {"conversation": self.talk})
        self.hear(None)
        return str(hello["live"]["ticket"])

    def hear(self, topics: set[str] | None) -> None:
        more = topics is None or f"conversation:{self.talk}" in topics
        while more:
            page = self.reader.json("GET", f"{WIDGET}/messages?conversation={self.talk}&after={self.last}")
            self.screen += [one["text"] for one in page["messages"] if re.fullmatch(LINE, one["text"])]
            self.last = page["messages"][-1]["id"] if page["messages"] else self.last
            more = page["more"]


class Colleague:
    """One agent: takes chats from the queue, watches them all and answers them."""

    def __init__(self, number: int, session: str, port: int, books: Books) -> None:
        self.number, self.port, self.books = number, port, books
        headers = {"Cookie": f"pelekan_session={session}; pelekan_csrf={CSRF}", "X-CSRFToken": CSRF}
        self.writer, self.reader = (Caller(port, random.Random(-number - n), headers) for n in (1, 100))
        self.screens: dict[int, list[str]] = {}  # ticket → lines
        self.last: dict[int, int] = {}  # ticket → the newest event on his screen
        self.ears: Ears | None = None

    def answer(self, over: threading.Event) -> None:
        """Until it is over: what is in the queue becomes his, and some of his chats get an answer each."""
        since = re.search(
            r'name="live-id" content="(\d+)"', self.writer.insist("GET", "/desk/chats/").body.decode()
        )
        assert since is not None
        for turn in range(sys.maxsize):
            if over.wait(0.2):
                return
            self._take_chats(since[1])
            for ticket in random.Random(turn).sample(sorted(self.screens), min(3, len(self.screens))):
                text = f"a{self.number}-{turn}{ticket:05}"
                fields = {"kind": "reply", "html": f"<p>{text}</p>", "client_id": text}
                body = urllib.parse.urlencode(fields).encode()
                self.writer.insist("POST", f"/desk/tickets/{ticket}/send/", body, FORM)
                self.books.answered.append(text)

    def _take_chats(self, since: str) -> None:
        queue = self.writer.insist("GET", "/desk/chats/queue/").body.decode()
        chats = {int(one) for one in re.findall(r'data-pane-open="(\d+)"', queue)}
        waiting = {int(one) for one in re.findall(r'data-accept="(\d+)"', queue)}
        chats |= {one for one in waiting if one % len(AGENTS) == self.number}
        if fresh := chats - set(self.screens):
            for ticket in fresh:
                self.last[ticket], self.screens[ticket] = 1, []
            if self.ears:
                self.ears.again()
            else:
                self.ears = Ears(self.port, self.writer.chance, since, self.renew, self.hear)

    def renew(self) -> str:
        topics = "&".join(f"topics=ticket:{ticket}" for ticket in list(self.screens))
        slip = self.reader.json("GET", f"/desk/live-ticket/?{topics}")["ticket"]
        self.hear(None)
        return str(slip)

    def hear(self, topics: set[str] | None) -> None:
        for ticket in list(self.screens):
            if topics is None or f"ticket:{ticket}" in topics:
                self._look(ticket)

    def _look(self, ticket: int) -> None:
        """What is new of a ticket, out of the page's own fragment."""
        while True:
            part = self.reader.insist("GET", f"/desk/tickets/{ticket}/lines/?after={self.last[ticket]}")
            bubbles = re.findall(r'class="bubble".*?</article>', part.body.decode(), re.DOTALL)
            found = [re.search(LINE, bubble) for bubble in bubbles]
            self.screens[ticket] += [one[0] for one in found if one]
            newest = int(part.headers["X-Last-Event"])
            if newest == self.last[ticket]:
                return
            self.last[ticket] = newest


def create_tickets(token: str, port: int, books: Books, over: threading.Event) -> None:
    """By API, one after the other, each with its own key."""
    caller = Caller(port, random.Random(-1_000), {"Authorization": f"Bearer {token}"})
    for n in range(sys.maxsize):
        if over.wait(0.05):
            return
        subject = f"api-{n}"
        caller.headers["Idempotency-Key"] = subject
        body = {"subject": subject, "body": "x", "customer": {"email": f"c{n % 7}@example.com"}}
        caller.json("POST", "/api/v1/tickets", body)
        books.made.append(subject)


def run(lines: int, visitors: int, kills: int, database: str = "") -> dict[str, Any]:
    """The storm. Returns its figures; raises Broken."""
    with tempfile.TemporaryDirectory(prefix="pelekan-storm-") as place:
        desk, port = Desk(Path(place)), free_port()
        desk.address = f"http://127.0.0.1:{port}"
        (desk.folder / "pelekan.toml").write_text(
            f'base_url = "{desk.address}"\nsecret_key = "{"abcdefghij0123456789" * 4}"\ndemo = true\n'
            + (f'database = "{database}"\n' if database else "")
        )
        if not database:
            template.lay(desk.folder / DATABASE)
        opened = json.loads(desk.in_django(PREPARE))
        desk.start_code(SERVE, str(port))
        began, books, over, chance = time.monotonic(), Books(), threading.Event(), random.Random(7)
        customers = [Visitor(n, port, books) for n in range(visitors)]
        agents = [Colleague(n, opened["sessions"][who], port, books) for n, who in enumerate(AGENTS)]
        try:
            writing = [
                books.watched(functools.partial(one.write, lines // visitors, kills)) for one in customers
            ]
            beside = [books.watched(functools.partial(one.answer, over)) for one in agents]
            beside.append(
                books.watched(functools.partial(create_tickets, opened["token"], port, books, over))
            )
            while any(thread.is_alive() for thread in writing) and not books.faults:
                time.sleep(chance.uniform(0.01, 0.5))
                if books.kills < kills and books.lines * kills >= lines * books.kills:
                    desk.kill()
                    desk.start_code(SERVE, str(port))
                    books.kills += 1
                    if books.kills % 20 == 0:
                        print(
                            f"{books.kills} kills, {books.lines} lines, {len(books.answered)} answers",
                            file=sys.stderr,
                            flush=True,
                        )
            over.set()
            for thread in [*writing, *beside]:
                thread.join()
            if books.faults:
                raise Broken("; ".join(books.faults[:5]))
            seconds = time.monotonic() - began
            stored = json.loads(desk.in_django(LOOK))
            settle(customers, agents, stored)
        finally:
            over.set()
            for one in [*customers, *agents]:
                if one.ears:
                    one.ears.stop()
            desk.kill()
        check(books, customers, agents, stored)
        return {
            "lines": books.lines, "visitors": visitors, "kills": books.kills,
            "answers": len(books.answered), "api tickets": len(books.made), "seconds": round(seconds),
        }  # fmt: skip


def settle(customers: list[Visitor], agents: list[Colleague], stored: dict[str, Any]) -> None:
    """Wait until each screen shows as many lines as there are; nobody is asked to look."""
    talks, tickets = by_talk(stored), by_ticket(stored)
    end = time.monotonic() + SETTLE
    while time.monotonic() < end:
        waits = any(len(one.screen) < len(talks[one.talk]) for one in customers)
        if not waits and not any(
            len(screen) < len(tickets[ticket]) for one in agents for ticket, screen in one.screens.items()
        ):
            return
        if any(one.ears and one.ears.fault for one in [*customers, *agents]):
            return
        time.sleep(0.1)


def by_talk(stored: dict[str, Any]) -> dict[int, list[str]]:
    return _grouped((talk, text) for _, talk, text in stored["lines"])


def by_ticket(stored: dict[str, Any]) -> dict[int, list[str]]:
    return _grouped((ticket, text) for ticket, _, text in stored["lines"])


def _grouped(rows: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for key, text in rows:
        found[key].append(text)
    return found


def check(books: Books, customers: list[Visitor], agents: list[Colleague], stored: dict[str, Any]) -> None:
    """Everything that is said at the top of this file."""
    talks, tickets = by_talk(stored), by_ticket(stored)
    for one in [*customers, *agents]:
        if one.ears and one.ears.fault:
            raise Broken(one.ears.fault)
    for one in customers:
        there = talks[one.talk]
        if [line for line in there if line.startswith("v")] != books.written[one.talk]:
            raise Broken(f"visitor {one.number}: stored is not what he wrote, in his order")
        if one.screen != there:
            raise Broken(f"visitor {one.number} sees {_differs(one.screen, there)}")
    for agent in agents:
        for ticket, screen in agent.screens.items():
            if screen != tickets[ticket]:
                raise Broken(f"agent {agent.number} sees of {ticket} {_differs(screen, tickets[ticket])}")
    if unseen := set(tickets) - {ticket for agent in agents for ticket in agent.screens}:
        raise Broken(f"no agent ever had {len(unseen)} of the chats on his screen")
    everything = [text for _, _, text in stored["lines"]]
    answers = [text for text in everything if text.startswith("a")]
    for agent in agents:
        mine = [text for text in books.answered if text.startswith(f"a{agent.number}-")]
        if mine != [text for text in answers if text.startswith(f"a{agent.number}-")]:
            raise Broken(f"agent {agent.number}: stored is not what he answered, in his order")
    if len(everything) != books.lines + len(books.answered):
        raise Broken("lines that nobody wrote")
    if sorted(stored["made"]) != sorted(books.made):
        raise Broken(f"tickets by API: {len(books.made)} acknowledged, {len(stored['made'])} there")
    if len(stored["numbers"]) != len(set(stored["numbers"])):
        raise Broken("two tickets have one number")
    if stored["silent"]:
        raise Broken(f"{stored['silent']} messages without their event")


def _differs(screen: list[str], there: list[str]) -> str:
    lost, doubled = set(there) - set(screen), len(screen) - len(set(screen))
    return f"{len(screen)} of {len(there)} lines, {len(lost)} missing, {doubled} twice: {sorted(lost)[:5]}"


if __name__ == "__main__":
    wanted = [int(word) for word in sys.argv[1:4]]
    how_many = [*wanted, *(10_000, 50, 200)[len(wanted) :]]
    print(run(*how_many, *sys.argv[4:5]))
