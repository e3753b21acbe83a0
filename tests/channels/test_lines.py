"""A worker's line to the mail server: one for many mails, and no mail is lost with it."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from pelekan.channels.email import lines, send, wire
from pelekan.channels.models import Delivery
from pelekan.demo.world import World
from pelekan.lib.labour import Crew
from pelekan.tickets.actions import reply
from tests.channels.mails import through
from tests.channels.test_pace import ask
from tests.servers import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dialled(monkeypatch: Any) -> list[wire.Smtp]:
    """The connections that were made."""
    found: list[wire.Smtp] = []
    real = wire.smtp

    def smtp(*args: Any, **more: Any) -> wire.Smtp:
        found.append(real(*args, **more))
        return found[-1]

    monkeypatch.setattr(wire, "smtp", smtp)
    return found


@pytest.fixture
def crew(world: World, smtp: SmtpServer) -> Any:
    through(world, smtp.port)
    for number in range(3):
        reply(ask(world, f"l{number}").ticket, by=world.agents["sara"], text="x")
    yield Crew([send.JOB])
    lines._kept.wanted = False
    lines.end()


def test_one_line_for_many_mails_closed_when_there_are_no_more(
    smtp: SmtpServer, crew: Crew, dialled: list[wire.Smtp]
) -> None:
    while crew._work_on(send.JOB) == 0:
        pass
    assert (len(smtp.letters), len(dialled)) == (3, 1)
    assert dialled[0].sock is None


def test_a_line_that_died_costs_a_new_one(smtp: SmtpServer, crew: Crew, dialled: list[wire.Smtp]) -> None:
    crew._work_on(send.JOB)
    assert dialled[0].sock is not None
    dialled[0].sock.shutdown(socket.SHUT_RDWR)
    crew._work_on(send.JOB)
    smtp.mailman.answers["rcpt"] = lambda address: "550 5.7.1 not wanted"
    crew._work_on(send.JOB)
    assert (len(smtp.letters), len(dialled)) == (2, 2)
    assert sorted(Delivery.objects.values_list("state", "tries")) == [("failed", 1), ("sent", 1), ("sent", 1)]
