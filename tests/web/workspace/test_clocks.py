"""The clocks of a ticket on its page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pelekan.lib.time import now
from pelekan.sla.models import Timer
from pelekan.sla.presets import document_348
from pelekan.tickets import rulebooks
from pelekan.tickets.models import Ticket


@pytest.fixture
def timed(write, world):
    """A ticket that came five elapsed hours ago, of which one passed waiting for the customer."""
    body = document_348()
    for target in body["policies"][0]["targets"].values():
        target["clock"] = "elapsed"
    book = rulebooks.enable(rulebooks.keep("sla", body, by=None), by=None)
    ticket, at = write(), now()
    Timer.objects.filter(ticket=ticket).delete()
    began = at - timedelta(hours=5)
    marks = [
        (began, "started"),
        (began + timedelta(hours=1), "waiting"),
        (began + timedelta(hours=2), "working"),
    ]
    Timer.objects.create(
        ticket=ticket, target="first_response", policy="p-348", book=book, target_minutes=180, clock="elapsed",
        marks=[[moment.isoformat(), what] for moment, what in marks], spent=timedelta(hours=4), started_at=began,
        planned_at=began, breach_at=began + timedelta(hours=4), breached_at=began + timedelta(hours=4), alarm=2,
        history=[{"at": began.isoformat(), "policy": "old", "name": "پیشین", "minutes": 300, "due_at": None, "why": "priority"}],
    )  # fmt: skip
    Ticket.objects.filter(pk=ticket.pk).update(alarm=2, next_due_at=began + timedelta(hours=4))
    return ticket


def test_target_spent_segments_steps_and_history(at_desk, timed) -> None:
    page = at_desk("sara").get(f"/desk/tickets/{timed.pk}/beside/").content.decode()
    assert "target--late" in page
    assert "۴ ساعت" in page, "what was spent"
    assert "#hourglass" in page, "the segment in which the customer was waited for"
    assert "#phone-outgoing" in page or "#check" in page
    assert "پیشین" in page, "the old target is kept"
    assert "همهٔ درخواست‌ها" in page, "which policy"


def test_the_head_counts_down_and_says_late(at_desk, timed) -> None:
    head = at_desk("sara").get(f"/desk/tickets/{timed.pk}/head/").content.decode()
    assert "clock--late" in head
    assert "data-until" in head
    Ticket.objects.filter(pk=timed.pk).update(status="solved")
    assert "clock--late" not in at_desk("sara").get(f"/desk/tickets/{timed.pk}/head/").content.decode()
