"""Mail that came in: bytes first (`store`), then one mail, one transaction, one failure (`take`).

A mail that can't be taken in is quarantined: its bytes are kept, people are told why, `retry` tries again. A
transaction holds everything that one mail causes: message, ticket, participants, files, and that it is done.
"""

from __future__ import annotations

import copy
import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.db.models.functions import Length

from pelekan.channels import answering, arriving, bounced, tally
from pelekan.channels.email import reader
from pelekan.channels.email.authenticity import Authenticity
from pelekan.channels.faults import fault
from pelekan.channels.joining import id_key
from pelekan.channels.models import Arrival, ArrivalBytes, ArrivalState, Fetched, Folder
from pelekan.channels.sift import Verdict, sift
from pelekan.lib import due, files
from pelekan.lib.failpoints import fp
from pelekan.lib.prepared import insert
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.actions import release_held
from pelekan.tickets.events import By, action, record
from pelekan.tickets.models import Inbox, Message, Participant

log = logging.getLogger("pelekan.mail")

MOST_TRIES = 5  # of a mail that takes the whole process down with it
ADMITTED = "admitted"  # the verdict on a mail that an agent let in against the machine's

JOB = due.Job(Arrival, lambda arrival: take(arrival), where=Q(state=ArrivalState.WAITING), at_once=1)


# Bytes first


@dataclass(frozen=True, slots=True)
class Source:
    """Where a mail lies on a mail server: noted with it, so that what is there and what is here can be compared."""

    folder: Folder
    epoch: int
    uid: str


def store(
    inbox: Inbox, raw: bytes, *, received_at: datetime | None = None, source: Source | None = None
) -> Arrival:
    """Keep a mail: on disk when this returns, and taken in soon after. The same bytes again are the same
    arrival; another mail with the same Message-ID is another one. `received_at`: when our server got it."""
    now = clock()
    values = {"size": len(raw), "received_at": min(received_at or now, now), "due_at": now}
    arrival = _keep(inbox, hashlib.sha256(raw).hexdigest(), raw, values, source)
    fp("intake.stored")
    return arrival


@action
def list_unfetched(
    inbox: Inbox,
    heads: bytes,
    size: int,
    why: str,
    *,
    received_at: datetime | None = None,
    source: Source | None = None,
) -> Arrival:
    """List a mail that stays on the server (too large, or the server can't give it) by its headers."""
    mark = hashlib.sha256(b"unfetched %d\n" % size + heads).hexdigest()
    values = {
        "size": size,
        "received_at": received_at or clock(),
        "state": ArrivalState.QUARANTINED,
        "why": why,
    }
    return _keep(inbox, mark, heads, values, source)


@action
def fetched_after_all(listed: Fetched, raw: bytes) -> None:
    """The server gives a mail that was only listed: it takes the place of its listing."""
    old = listed.arrival
    assert old is not None
    source = Source(listed.folder, listed.epoch, listed.uid)
    listed.delete()
    store(old.inbox, raw, received_at=old.received_at, source=source)
    Arrival.objects.filter(pk=old.pk, state=ArrivalState.QUARANTINED).update(state=ArrivalState.DISMISSED)
    record("arrival.fetched_after_all", topics=["desk"], arrival=old.pk, inbox=old.inbox_id)


@action
def _keep(
    inbox: Inbox, fingerprint: str, raw: bytes, values: dict[str, Any], source: Source | None
) -> Arrival:
    if source is not None:
        values["suspicious"] = source.folder.suspicious
    arrival, made = _once(Arrival(inbox=inbox, fingerprint=fingerprint, **values))
    if made:
        ArrivalBytes.objects.create(arrival=arrival, data=raw)
        if arrival.state == ArrivalState.QUARANTINED:
            _tell_quarantined(arrival)
        due.queued(Arrival)
    if source is not None:
        row = Fetched(folder=source.folder, epoch=source.epoch, uid=source.uid, arrival=arrival)
        Fetched.objects.bulk_create([row], ignore_conflicts=True)
    return arrival


def _once(arrival: Arrival) -> tuple[Arrival, bool]:
    """The row as it was stored, and whether it is a new one: most are, so writing is tried first."""
    try:
        with transaction.atomic():
            return insert(arrival), True
    except IntegrityError:
        return Arrival.objects.get(inbox=arrival.inbox_id, fingerprint=arrival.fingerprint), False


# Taking in


def take(arrival: Arrival) -> datetime | None:
    """Do what this mail asks for; the row must be leased (`take_now` leases it). Never raises for what the mail
    holds. Raises LeaseLost when someone else has it, and database faults: those pass, and it is tried again."""
    if arrival.tries > MOST_TRIES:
        quarantine(arrival, fault("reader_died"))
        return None
    stored: list[files.Stored] = []
    try:
        raw = arrival.raw
        if arrival.size != len(raw) and arrival.verdict != ADMITTED:
            quarantine(arrival, arrival.why)
            return None
        mail = reader.read(raw)
        fp("intake.read")
        trust = arriving.trust_in(arrival, mail)  # may wait for the DNS: before the transaction begins
        for part in mail.parsed.attachments:
            stored.append(files.store(part.data, settings.MEDIA_ROOT))
        fp("intake.files_kept")
        _take_in(arrival, mail, trust, stored)
    except reader.ReaderDied:
        quarantine(arrival, fault("reader_died"))
    except (OperationalError, InterfaceError):
        raise  # whether it was committed isn't known: the files stay
    except due.LeaseLost:
        _forget(stored)
        raise
    except OSError as error:  # a full disk: nothing is wrong with the mail
        _forget(stored)
        log.error("mail %s can't be stored: %s", arrival.pk, error)
        due.settle(arrival, again := clock() + timedelta(seconds=30), tries=arrival.tries - 1)
        return again
    except Exception as error:
        _forget(stored)
        log.exception("mail %s can't be taken in", arrival.pk)
        quarantine(arrival, fault("failed", detail=type(error).__name__))
    fp("intake.taken")
    return None


def take_now(arrival: Arrival) -> Arrival:
    """Take in a stored mail at once, unless someone is at it. Returns the arrival as it is afterwards."""
    for mine in due.claim(Arrival, clock(), where=Q(pk=arrival.pk, state=ArrivalState.WAITING)):
        take(mine)
    return Arrival.objects.get(pk=arrival.pk)


@dataclass(frozen=True, slots=True)
class _Outcome:
    state: str
    why: str = ""
    ticket_id: int | None = None
    message_id: int | None = None


@action
def _take_in(arrival: Arrival, mail: reader.Mail, trust: Authenticity, stored: list[files.Stored]) -> None:
    row = copy.copy(arrival)  # when the database repeats this transaction, the caller's row must be as before
    parsed = mail.parsed
    if arrival.verdict == ADMITTED:
        verdict = Verdict("person", ADMITTED)
    else:
        verdict = sift(parsed, own_addresses=arriving.own_addresses(), is_own_id=arriving.is_own_id)
    outcome = _outcome(arrival, mail, verdict, trust, stored)
    if outcome.state == ArrivalState.QUARANTINED:
        _tell_quarantined(arrival)
    fp("intake.before_commit")
    due.settle(
        row,
        None,
        state=outcome.state,
        why=outcome.why,
        verdict=verdict.kind,
        mail_id=id_key(parsed.message_id),
        ticket_id=outcome.ticket_id,
        message_id=outcome.message_id,
    )


def _outcome(
    arrival: Arrival, mail: reader.Mail, verdict: Verdict, trust: Authenticity, stored: list[files.Stored]
) -> _Outcome:
    parsed = mail.parsed
    if verdict.kind == "loop":
        _tell_loop(arrival)
        return _Outcome(ArrivalState.DISMISSED, fault("loop", detail=verdict.why))
    if verdict.kind == "report":
        return _Outcome(ArrivalState.DISMISSED, fault("report", detail=verdict.why))
    if verdict.kind == "bounce":
        failed = bounced.note_bounces(parsed, verdict, now=arrival.received_at)
        if failed is None:
            return _Outcome(ArrivalState.DISMISSED, fault("bounce_unknown"))
        return _Outcome(ArrivalState.DONE, ticket_id=failed.ticket_id, message_id=failed.pk)
    if "unreadable" in parsed.warnings and verdict.why != ADMITTED:
        return _Outcome(ArrivalState.QUARANTINED, fault("unreadable"))
    told = answering.weigh(arrival, mail, verdict, trust) if verdict.why != ADMITTED else None
    if isinstance(told, answering.Refused):
        answering.tell(told, arrival)
        return _Outcome(told.state, fault(told.word))
    if told is not None:
        answer, is_new = answering.pass_on(arrival, mail, told, stored)
        if not is_new:
            _forget(stored)
        return _Outcome(ArrivalState.DONE, ticket_id=answer.ticket_id, message_id=answer.pk)
    message = arriving.cross_posted(arrival, parsed)
    if message is not None:
        _forget(stored)  # the other one's are the same
    else:
        message = arriving.receive_mail(arrival, mail, verdict, trust, stored)
    return _Outcome(ArrivalState.DONE, ticket_id=message.ticket_id, message_id=message.pk)


def _forget(stored: list[files.Stored]) -> None:
    for one in stored:
        files.remove(one.path, settings.MEDIA_ROOT)


# Quarantine


@action
def quarantine(arrival: Arrival, why: str) -> None:
    """Set a leased mail aside with its reason; people are told."""
    due.settle(copy.copy(arrival), None, state=ArrivalState.QUARANTINED, why=why)
    _tell_quarantined(arrival)


@action
def retry(arrival: Arrival, *, by: Agent, admit: bool = False) -> None:
    """Take a quarantined or dismissed mail in again. With `admit` it is taken for a person's mail whatever it looks
    like; nothing automatic answers it. A mail that became a message is left alone. One of which only the head lies
    here is asked for again at its server."""
    here = ArrivalBytes.objects.filter(pk=arrival.pk).values_list(Length("data"), flat=True).first()
    if not admit and here is not None and here != arrival.size:
        _ask_again(arrival, by)
        return
    values: dict[str, Any] = {
        "state": ArrivalState.WAITING,
        "due_at": clock(),
        "leased_until": None,
        "tries": 0,
    }
    if admit:
        values["verdict"] = ADMITTED
    again = Arrival.objects.filter(
        pk=arrival.pk, state__in=[ArrivalState.QUARANTINED, ArrivalState.DISMISSED], message=None
    ).update(**values)
    if again:
        record("arrival.retried", by=by, topics=["desk"], arrival=arrival.pk, admitted=admit)
        due.queued(Arrival)


def _ask_again(arrival: Arrival, by: Agent) -> None:
    rows = Arrival.objects.filter(pk=arrival.pk, message=None)
    if rows.filter(state__in=[ArrivalState.QUARANTINED, ArrivalState.DISMISSED]).update(
        state=ArrivalState.QUARANTINED
    ):
        tally.ask_again(arrival)
        record("arrival.retried", by=by, topics=["desk"], arrival=arrival.pk, admitted=False)


@action
def dismiss(arrival: Arrival, *, by: Agent, because: str = "") -> None:
    """Nothing is to be done with a quarantined mail. Its bytes stay."""
    changed = Arrival.objects.filter(pk=arrival.pk, state=ArrivalState.QUARANTINED).update(
        state=ArrivalState.DISMISSED
    )
    if changed:
        record("arrival.dismissed", by=by, because=because, topics=["desk"], arrival=arrival.pk)


@action
def accept_sender(message: Message, *, by: Agent, now: datetime | None = None) -> None:
    """The unknown sender of a held mail belongs here: his mail is shown, and answers reach him as well."""
    address = str(message.meta.get("from", {}).get("address", "")).lower()
    rows = Participant.objects.filter(
        conversation=message.conversation_id, address=address, confirmed_at=None
    )
    rows.update(confirmed_at=now or clock())
    release_held(message, by=by, now=now)


@action
def release_mail(message: Message, *, by: Agent, now: datetime | None = None) -> None:
    """Show a held mail on the customer's side. When its sender is the conversation's customer, answers go to him;
    somebody else is only shown (`accept_sender` also answers him)."""
    if message.customer_id == message.conversation.customer_id:
        accept_sender(message, by=by, now=now)
    else:
        release_held(message, by=by, now=now)


def _tell_quarantined(arrival: Arrival, by: By = None) -> None:
    record("arrival.quarantined", by=by, topics=["desk"], arrival=arrival.pk, inbox=arrival.inbox_id)


def _tell_loop(arrival: Arrival) -> None:
    """Once a day and inbox: a loop that comes back every minute must not fill the log as well."""
    since = arrival.received_at - timedelta(days=1)
    before = Arrival.objects.filter(inbox=arrival.inbox_id, verdict="loop", received_at__gte=since)
    if not before.exclude(pk=arrival.pk).exists():
        record("arrival.looped", topics=["desk"], arrival=arrival.pk, inbox=arrival.inbox_id)
