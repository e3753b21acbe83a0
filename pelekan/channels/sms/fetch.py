"""Asks gateways that can't call us for the texts that came in.

A gateway hands each text out once. `asked_at` stands from before the question until the answer is stored; whoever
finds it standing asks for what was handed out before as well, so a crash in between loses nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pelekan.channels.models import Gateway
from pelekan.channels.sms import arriving
from pelekan.channels.sms.calls import GATES, call, line_of, scrubbed
from pelekan.channels.sms.send import note_health, stored_fault
from pelekan.channels.sms.shapes import Answer, Arrived, Line, Trouble
from pelekan.lib import due
from pelekan.lib.failpoints import fp
from pelekan.lib.time import now as clock
from pelekan.tickets.events import action

EVERY = timedelta(seconds=30)
LONGEST = timedelta(minutes=15)

JOB = due.Job(Gateway, lambda gateway: poll(gateway), lease=timedelta(minutes=2), at_once=2)


def poll(gateway: Gateway) -> datetime | None:
    """Ask once. Returns when to ask again; None where there is nothing to ask."""
    gateway = Gateway.objects.select_related("inbox").get(pk=gateway.pk)
    gate = GATES[gateway.kind]
    try:
        line = line_of(gateway)
    except Trouble as trouble:
        return _failed(gateway, trouble)
    if gate.fetch(line, False) is None:
        due.settle(gateway, None)
        return None
    if gateway.inbox.archived_at is not None:  # it may be opened again
        due.settle(gateway, clock() + LONGEST)
        return clock() + LONGEST
    again = gateway.asked_at is not None
    Gateway.objects.filter(pk=gateway.pk).update(asked_at=clock())
    try:
        texts = _asked(gate, line, False)
        if again:
            texts += _asked(gate, line, True)
    except Trouble as trouble:
        trouble.detail = scrubbed(trouble.detail, line)
        return _failed(gateway, trouble)
    fp("sms.fetched")
    _keep(gateway, texts)
    note_health(gateway, "")
    return clock() + EVERY


def _asked(gate: Any, line: Line, again: bool) -> list[Arrived]:
    ask = gate.fetch(line, again)
    answer: Answer = call(ask, line)
    found: list[Arrived] = gate.fetched(line, answer)
    return found


@action
def _keep(gateway: Gateway, texts: list[Arrived]) -> None:
    due.settle(gateway, clock() + EVERY, asked_at=None)
    arriving.store(gateway, texts)


def _failed(gateway: Gateway, trouble: Trouble) -> datetime:
    if (
        gateway.asked_at is None and not trouble.doubtful
    ):  # it refused, or never heard us: nothing was handed out
        Gateway.objects.filter(pk=gateway.pk).update(asked_at=None)
    note_health(gateway, stored_fault(trouble, gateway=gateway))
    pause = min(due.pause(gateway.failures + 1), LONGEST)
    again = clock() + max(pause, EVERY)
    due.settle(gateway, again)
    return again
