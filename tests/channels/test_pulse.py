"""Workers that stopped or hang are noticed: by what they last told, not by themselves."""

from __future__ import annotations

import re
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from pelekan.channels import pulse
from pelekan.channels.models import Arrival, Worker
from pelekan.demo.world import World
from pelekan.lib.labour import STALE, Chore, Crew
from pelekan.lib.time import now as clock
from tests.servers.desks import Desk
from tests.statements import costs

MINUTE = timedelta(minutes=1)


def told(crew: Crew) -> list[dict[str, Any]]:
    return [hand.told() for hand in crew._hands.values()]


def reported(hands: list[dict[str, Any]], ended: bool = False) -> Worker:
    pulse.report("here-1", hands, ended)
    return Worker.objects.get(place="here-1")


def test_a_worker_is_missed_after_its_last_word(world: World) -> None:
    assert pulse.of([], clock()).silent
    one = reported([])
    assert pulse.of([one], clock()).well
    later = pulse.of([one], clock() + STALE + MINUTE)
    assert later.silent and later.seen_at == one.seen_at
    assert pulse.of([reported([], ended=True)], clock()).silent, "who ended in order is not waited for"
    assert Worker.objects.count() == 1


def test_a_chore_that_hangs_is_named(db: None) -> None:
    begun, over, stop = threading.Event(), threading.Event(), threading.Event()

    def tidy(now: datetime) -> None:
        begun.set()
        over.wait(60)

    crew = Crew([], [Chore(tidy, MINUTE)])
    thread = threading.Thread(target=crew.run, args=[stop], daemon=True)
    thread.start()
    assert begun.wait(30)
    hands = told(crew)
    stop.set()
    over.set()
    thread.join(30)
    one = reported(hands)
    assert not pulse.of([one], clock()).stuck
    one.seen_at = clock() + timedelta(hours=1)  # the process goes on telling that it lives
    [hang] = pulse.of([one], clock() + timedelta(hours=1)).stuck
    assert (hang.job, hang.row) == ("chores", "tidy")


def test_a_row_held_beyond_its_lease_is_a_hang_and_a_renewed_one_is_not(world: World) -> None:
    now = clock()
    row = Arrival(pk=7, leased_until=now + 5 * MINUTE)
    hand = {
        "job": "channels.arrival",
        "alive": True,
        "looked_at": now.isoformat(),
        "since": now.isoformat(),
        "row": "7",
    }
    one = reported([{**hand, "until": row.leased_until.isoformat()}])
    one.seen_at = now + 20 * MINUTE
    [hang] = pulse.of([one], now + 20 * MINUTE).stuck
    assert (hang.job, hang.row) == ("channels.arrival", "7")
    one.threads[0]["until"] = (now + 25 * MINUTE).isoformat()
    assert not pulse.of([one], now + 20 * MINUTE).stuck
    one.threads[0] |= {"alive": False}
    assert pulse.of([one], now).stuck, "a thread that is gone"


def test_the_report_follows_the_lease_as_it_is_renewed(world: World) -> None:
    crew = Crew([])
    row = Arrival(pk=7, leased_until=clock())
    hand = crew._hands[threading.current_thread().name] = type(crew._hand())("channels.arrival")
    with crew._busy_with(row):
        first = hand.told()["until"]
        row.leased_until += MINUTE
        assert hand.told()["until"] > first and hand.told()["row"] == "7"
    assert hand.told()["since"] is None and hand.told()["row"] == ""


def test_everybody_hears_of_it_each_in_his_words(world: World) -> None:
    reported([])
    Worker.objects.update(seen_at=clock() - timedelta(minutes=20))
    pulse.forget()
    pages = {}
    for who in ("arash", "nika", "sara"):
        browser = Client(headers={"Accept-Language": "en"})
        user = world.agents[who].user
        user.language = "en"
        user.save()
        browser.force_login(user, backend="pelekan.people.backends.Backend")
        pages[who] = browser.get("/desk/", follow=True).content.decode()
        costs(lambda browser=browser: browser.get("/desk/alarm/"), 2)
    assert (
        "No worker has been seen since" in pages["arash"] and "No worker has been seen since" in pages["nika"]
    )
    assert "Mail is late at the moment" in pages["sara"] and "pelekan serve" not in pages["sara"]
    pulse.forget()
    assert Client().get("/health/workers/").status_code == 503
    assert Client().get("/health/").status_code == 200
    pulse.report("here-2", [], False)
    pulse.forget()
    answer = Client().get("/health/workers/")
    assert (answer.status_code, answer.json()) == (200, {"status": "up"}), "PR-10: nothing but up or down"


def test_a_hang_is_told_above_the_pages_and_by_doctor(world: World) -> None:
    from pelekan.commands import doctor

    ago = clock() - timedelta(hours=1)
    hand = {
        "job": "channels.account",
        "alive": True,
        "looked_at": ago.isoformat(),
        "since": ago.isoformat(),
        "row": "3",
    }
    reported([{**hand, "until": (ago + 10 * MINUTE).isoformat()}])
    pulse.forget()
    browser = Client()
    user = world.agents["arash"].user
    user.language = "en"
    user.save()
    browser.force_login(user, backend="pelekan.people.backends.Backend")
    page = browser.get("/desk/list/all/").content.decode()
    assert "A worker hangs" in page and "Fetching mail" in page
    assert "hangs" in browser.get("/desk/settings/health/").content.decode()
    mark = re.search(r"/desk/alarm/\?mark=(\w+)", page)
    assert mark and browser.get("/desk/alarm/", {"mark": mark[1]}).status_code == 204, "said already"
    assert any(one.level == "wrong" and "channels.account hangs" in one.text for one in doctor._workers())
    assert Client().get("/health/workers/").status_code == 503


@pytest.mark.server
@pytest.mark.slow
def test_a_killed_process_is_noticed_by_the_next_look(empty_demo: Path, tmp_path: Path) -> None:
    from tests.servers.desks import Demo

    desk: Desk = Demo(empty_demo, tmp_path / "desk", "en")
    desk.serve()
    try:
        for _ in range(200):
            if desk.get("/health/workers/")[0] == 200:
                break
            threading.Event().wait(0.1)
        assert desk.get("/health/workers/")[0] == 200
    finally:
        desk.kill()
    later = (
        "from datetime import timedelta\nfrom pelekan.channels import pulse\nfrom pelekan.channels.models import Worker\n"
        "from pelekan.lib.time import now\nfrom pelekan.lib.labour import STALE\n"
        "rows = list(Worker.objects.all())\n"
        "print(len(rows), {hand['job'] for hand in rows[0].threads} >= {'channels.account', 'channels.delivery sms', 'chores'},"
        " pulse.of(rows, now()).silent, pulse.of(rows, now() + STALE).silent)"
    )
    assert desk.in_django(later).split() == ["1", "True", "False", "True"]
