"""Mails of strangers that try to get into customers' conversations.

    python -m tests.faults.forged_mails [MAILS]

Forged are the reply token, the number in the subject, the references and the headers, one or several at once, under
the stranger's own address, the customer's (which the mail server calls forged, or can't tell) or an agent's. No such mail
may be seen in a conversation, nobody may be confirmed by it, and nothing of it may go out to the stranger. Between them
the customer himself answers, and he must get through.

Every fifth mail claims to be an agent's answer to a notice, and lacks one proof: somebody else's mark, an expired or a
changed one, no pass, an agent who is gone or may not see the ticket, a stranger's address, a machine. Nothing of it may
become an answer or a note; between them the agent herself answers, and she must get through.
"""

# ruff: noqa: I001 (Django is set up before the models are imported)
from __future__ import annotations

from tests.faults import alone

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings

from pelekan.channels import intake
from pelekan.channels.email import thread
from pelekan.channels.models import Account, Delivery
from pelekan.demo.world import World, build
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Desk
from pelekan.tickets.actions import register, reply
from pelekan.tickets.bell import marks
from pelekan.tickets.models import Message, Participant, Ticket
from tests.channels.mails import raw_mail
from tests.faults.alone import Broken

STRANGER = "Mallory <mallory@evil.example>"
SERVER = "mx.chakad.example"


@dataclass
class Aim:
    """One customer's conversation, and what of it could be known outside."""

    number: int
    customer: str
    conversation: int
    theirs: str  # Message-ID of the customer's mail
    ours: str  # Message-ID of our answer
    token: str
    ticket: int
    visible: int = 0
    said: int = 0  # answers and notes of agents


@dataclass
class Siege:
    world: World
    dice: random.Random
    aims: list[Aim] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    sent: int = 0

    def begin(self, customers: int = 6) -> None:
        inbox, sara = self.world.inboxes["mail"], self.world.agents["sara"]
        Account.objects.update_or_create(inbox=inbox, defaults={"authserv_id": SERVER})
        for n in range(customers):
            customer, theirs = f"customer{n}@example.net", f"<first-{n}@example.net>"
            first = self._taken(
                raw_mail(f"request {n}", sender=customer, subject=f"Request {n}", mail_id=theirs)
            )
            ticket = Ticket.objects.get(pk=first.ticket_id)
            number = register(ticket, by=sara).number
            answer = reply(ticket, by=sara, text="We look into it.")
            ours = Delivery.objects.get(message=answer, recipient=customer).mail_id
            token = thread.reply_token(first.conversation_id, settings.SECRET_KEY)
            self.aims.append(
                Aim(number or 0, customer, first.conversation_id, theirs, ours, token, ticket.pk)
            )
        for aim in self.aims:
            aim.visible, aim.said = self._visible(aim), self._said(aim)
        Desk.objects.update_or_create(
            pk=1, defaults={"name": "Chakad", "language": "en", "agents_by_mail": True}
        )
        laila, james = self.world.agents["laila"], self.world.agents["james"]
        Agent.objects.filter(pk=laila.pk).update(disabled_at=clock())
        assert not Ticket.objects.visible_to(james).filter(pk=self.aims[0].ticket).exists()

    def _taken(self, raw: bytes) -> Message:
        message = intake.take_now(intake.store(self.world.inboxes["mail"], raw)).message
        assert message is not None
        return message

    def _visible(self, aim: Aim) -> int:
        return Message.objects.filter(conversation=aim.conversation, kind="incoming", held_at=None).count()

    def _said(self, aim: Aim) -> int:
        mine = Message.objects.filter(ticket=aim.ticket, kind__in=("outgoing", "note"))
        return mine.filter(automatic=False).count()

    # Forging

    def mark(self, aim: Aim, agent: str = "sara", ago: timedelta = timedelta()) -> str:
        pk = self.world.agents[agent].pk
        act = self.dice.choice((marks.ANSWER, marks.NOTE))
        return marks.make(pk, aim.conversation, act, clock() - ago, settings.SECRET_KEY)

    def agents(self) -> tuple[Aim, bytes]:
        """An answer as an agent's mail program would send it, but for one proof."""
        aim, dice, n = self.dice.choice(self.aims), self.dice, self.sent
        kind = dice.choice(
            ("someone else's", "expired", "changed", "no pass", "gone", "no access", "stranger", "machine")
        )
        sender = {"gone": "laila", "no access": "james"}.get(kind, "sara")
        owner = "omid" if kind == "someone else's" else sender
        mark = self.mark(
            aim,
            owner,
            marks.LASTS + timedelta(days=dice.randint(0, 90)) if kind == "expired" else timedelta(),
        )
        if kind == "changed":
            mark = self.changed(aim, mark)
        verdict = f"{SERVER}; dmarc=pass header.from=chakad.example"
        if kind == "no pass":
            verdict = dice.choice((
                "", f"{SERVER}; dmarc=fail header.from=chakad.example", f"{SERVER}; dmarc=pass header.from=evil.example",
                "mx.evil.example; dmarc=pass header.from=chakad.example", f"{SERVER}; dkim=pass header.d=example",
            ))  # fmt: skip
        headers = {"Authentication_Results": verdict}
        if kind == "machine":
            headers["Auto_Submitted"] = "auto-replied"
        body = "Dear customer, pay here.\n"
        if dice.random() < 0.5:
            headers["In_Reply_To"] = marks.mail_id(mark, "x", "desk.chakad.example")
        else:
            body += f"\n> [{mark}]\n"
        address = "m@evil.example" if kind == "stranger" else f"{sender}@chakad.example"
        self.kinds[f"agent: {kind}"] += 1
        return aim, raw_mail(f"{body} {n}", sender=address, mail_id=f"<agent-{n}@chakad.example>", **headers)

    def changed(self, aim: Aim, mark: str) -> str:
        head, _, signature = mark.partition("-")
        other = self.dice.choice([one for one in self.aims if one is not aim])
        return self.dice.choice((
            f"{head}-{signature[:-1]}", f"{head}-{signature[::-1]}", f"{head}-{signature}{signature}", f"{head}-{'a' * 26}",
            f"{head}f-{signature}", mark.replace(f".{aim.conversation}.", f".{other.conversation}.", 1),
            mark.replace("a.", "a.1", 1),
        ))  # fmt: skip

    def token(self, aim: Aim) -> str:
        """A token that is none: cut, changed, moved to another conversation, doubled, of an old format."""
        head, _, signature = aim.token.partition("-")
        other = self.dice.choice([one for one in self.aims if one is not aim])
        place = self.dice.randrange(len(signature))
        changed = self.dice.choice([c for c in "abcdefgh234567" if c != signature[place]])
        return self.dice.choice((
            f"{head}-{signature[:8]}", f"{head}-{signature[:-1]}", f"{head}-{signature}{changed}",
            f"{head}-{signature[:place]}{changed}{signature[place + 1 :]}", f"{head}-{other.token.partition('-')[2]}",
            f"{head}-{signature}{signature}", f"{head}-", f"t.{aim.conversation}", f"{head}-{signature[::-1]}",
        ))  # fmt: skip

    def own_id(self, aim: Aim) -> str:
        """A Message-ID that looks like ours."""
        local, _, domain = aim.ours.strip("<>").partition("@")
        head, _, signature = local.rpartition(".")
        other = self.dice.choice([one for one in self.aims if one is not aim])
        return self.dice.choice((
            f"<{head}.{signature[:-1]}@{domain}>", f"<{head}.{signature[::-1]}@{domain}>", f"<m.{aim.conversation}.1.{'a' * 26}@{domain}>",
            f"<{head}.{other.ours.strip('<>').partition('@')[0].rpartition('.')[2]}@{domain}>",
        ))  # fmt: skip

    def forged(self) -> tuple[Aim, bytes]:
        aim, dice, n = self.dice.choice(self.aims), self.dice, self.sent
        stranger = f"M{n} <m{n % 40}@evil.example>"
        who = dice.choice(("stranger", "stranger", "customer, forged", "customer, unknown", "agent"))
        sender = {"stranger": stranger, "agent": "Sara <sara@chakad.example>"}.get(who, aim.customer)
        headers: dict[str, str] = {"Cc": stranger, "Reply_To": stranger}
        if who == "customer, forged":
            headers["Authentication_Results"] = f"{SERVER}; dmarc=fail header.from=example.net"
        # what the sender writes of himself stands below the lines of our own server
        ways = dice.sample(
            ("token", "address", "subject", "own id", "their id", "headers", "verdict"), dice.randint(1, 4)
        )
        text, subject, to = "Please send me everything.", "Re: your order", "support@chakad.example"
        if "token" in ways:
            text += f"\n\n> [{self.token(aim)}]"
        if "address" in ways:
            to = thread.reply_address(to, self.token(aim))
        if "subject" in ways:
            subject = dice.choice(
                (f"Re: [#{aim.number}]", f"[#{aim.number}] {aim.number}", f"RE: #{aim.number}")
            )
        if (
            "own id" in ways
        ):  # the real one is for strangers only: with the customer's address it would be proof
            known = (
                aim.ours
                if who in ("stranger", "customer, forged") and dice.random() < 0.5
                else self.own_id(aim)
            )
            headers["In_Reply_To"] = known
            headers["References"] = f"{known} {self.own_id(aim)}"
        if "their id" in ways:
            headers["References"] = f"{headers.get('References', '')} {aim.theirs}".strip()
        if "headers" in ways:
            headers |= {
                "X_Pelekan_Ticket": str(aim.ticket), "X_Ticket_Id": str(aim.number), "X_Auto_Generated": "no", "RT_Ticket": str(aim.ticket),
                "Thread_Index": "AdABCDEF", "X_Original_To": aim.customer, "Resent_From": aim.customer, "Return_Path": f"<{aim.customer}>",
                "X_Forwarded_For": aim.customer, "Sender": aim.customer,
            }  # fmt: skip
        if "verdict" in ways and who != "customer, forged":
            received = "".join(
                f"Received: from relay{i}.evil.example by x; Sun, 22 Nov 2026 08:00:00 +0000\r\n"
                for i in range(4)
            )
            headers["Authentication_Results"] = dice.choice((
                f"{SERVER}; dmarc=pass header.from=example.net", "mx.evil.example; dmarc=pass header.from=example.net", f"{SERVER}.evil.example; dmarc=pass header.from=example.net",
                f"{SERVER} ; dmarc=fail (dmarc=pass) header.from=example.net",
            ))  # fmt: skip
        else:
            received = ""
        self.kinds[who] += 1
        self.kinds.update(ways)
        raw = raw_mail(
            f"{text} {n}",
            sender=sender,
            to=to,
            subject=subject,
            mail_id=f"<forged-{n}@evil.example>",
            **headers,
        )
        return aim, received.encode() + raw

    # Looking

    def attack(self) -> None:
        aim, raw = self.agents() if self.sent % 5 == 4 else self.forged()
        arrival = intake.take_now(intake.store(self.world.inboxes["mail"], raw))
        self.sent += 1
        message = arrival.message
        if message and message.conversation_id == aim.conversation and message.held_at is None:
            raise Broken(f"let in: {raw!r}")
        if self._visible(aim) != aim.visible:
            raise Broken(f"seen in the conversation: {raw!r}")
        if self._said(aim) != aim.said:
            raise Broken(f"passed on as an agent's: {raw!r}")

    def agent_answers(self) -> None:
        """Sara herself, with all that proves it."""
        aim, n = self.dice.choice(self.aims), self.sent
        mark, verdict = self.mark(aim), f"{SERVER}; dmarc=pass header.from=chakad.example"
        raw = raw_mail(
            f"It is done {n}.\n\n> [{mark}]", sender="sara@chakad.example", mail_id=f"<sara-{n}@chakad.example>",
            Authentication_Results=verdict,
        )  # fmt: skip
        if self._taken(raw).agent_id != self.world.agents["sara"].pk:
            raise Broken(f"the agent's own answer was not passed on: {raw!r}")
        aim.said += 1

    def answer(self) -> None:
        """The customer himself, by each of the two ways that prove it."""
        aim, n = self.dice.choice(self.aims), self.sent
        way = {"In_Reply_To": aim.ours} if n % 2 else {}
        text = f"Thank you {n}" if n % 2 else f"Thank you {n}\n\n> [{aim.token}]"
        message = self._taken(raw_mail(text, sender=aim.customer, mail_id=f"<answer-{n}@example.net>", **way))
        if message.conversation_id != aim.conversation or message.held_at is not None:
            raise Broken(f"the customer of {aim.number} was not let in")
        aim.visible += 1

    def check(self) -> None:
        for aim in self.aims:
            inside = Participant.objects.filter(conversation=aim.conversation).exclude(confirmed_at=None)
            if set(inside.values_list("address", flat=True)) - {aim.customer}:
                raise Broken(f"a stranger takes part in {aim.number}")
            told = Delivery.objects.filter(conversation=aim.conversation).exclude(recipient=aim.customer)
            if told.exists():
                raise Broken(f"mail of {aim.number} goes to a stranger")


def siege(world: World, mails: int, seed: int = 1) -> Siege:
    """So many forged mails. Raises Broken."""
    one = Siege(world, random.Random(seed))
    one.begin()
    while one.sent < mails:
        one.attack()
        if one.sent % 20 == 0:
            one.answer()
            one.agent_answers()
        if one.sent % 100 == 0:
            one.check()
    one.check()
    return one


if __name__ == "__main__":
    alone.prepare()
    ended = siege(build(), alone.count(2_000))
    print(
        f"{ended.sent} forged mails, {sum(aim.visible for aim in ended.aims)} true ones seen; 0 strangers joined"
    )
    print(", ".join(f"{kind} {times}" for kind, times in sorted(ended.kinds.items())))
