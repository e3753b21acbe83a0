"""A file brought in by a worker: counted as it goes, stopped, begun again, kept as an account."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from pelekan.demo.world import World
from pelekan.knowledge import bringing
from pelekan.knowledge.models import Article, Import, ImportState, Translation
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.tickets.shaping import CannotBe

pytestmark = pytest.mark.django_db

TABLE = "title,text,language\n" + "".join(f"Title {n},Text {n},en\n" for n in range(6)) + ",none,en\n"


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path


def asked(world: World, text: str = TABLE, name: str = "help.csv", **values: Any) -> Import:
    known: dict[str, Any] = {"section": None, "language": "", "visibility": "public", "publish": True}
    return bringing.start(io.BytesIO(text.encode()), name, by=world.agents["nika"], **(known | values))


def worked() -> Import:
    (row,) = due.claim(Import, clock())
    bringing.go(row)
    return Import.objects.get(pk=row.pk)


def test_all_of_it_comes_in_and_what_did_not_is_kept(world: World) -> None:
    asked(world)
    assert not Article.objects.exists(), "not within the request"
    row = worked()
    assert (row.state, row.total, row.number, row.made, row.faulty) == (ImportState.DONE, 7, 7, 6, 1)
    assert row.faults == [{"where": "8", "why": "no_title", "data": {}}]
    assert Translation.objects.filter(published__isnull=False).count() == 6
    assert list(bringing.folder().iterdir()) == [], "the file is gone"
    asked(world)
    assert (worked().same, Article.objects.count()) == (6, 6), "nothing comes twice, without ids too"


def test_a_worker_that_died_is_taken_over_where_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bringing, "OFTEN", bringing.OFTEN * 0)
    asked(world)
    real, calls = bringing.attempt, iter(range(99))

    def dying(*args: Any, **values: Any) -> Any:
        if next(calls) == 3:
            raise SystemExit  # as a kill: nothing after it is done
        return real(*args, **values)

    monkeypatch.setattr(bringing, "attempt", dying)
    with pytest.raises(SystemExit):
        worked()
    dead = Import.objects.get()
    assert (dead.state, dead.number, dead.made) == (ImportState.RUNNING, 3, 3)
    Import.objects.update(leased_until=clock())
    row = worked()
    assert (row.state, row.number, row.made, row.same, row.faulty) == (ImportState.DONE, 7, 6, 0, 1)


def test_stopping_keeps_what_came_in_and_lets_nothing_follow(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "OFTEN", bringing.OFTEN * 0)
    row, real = asked(world), bringing.attempt

    def stopping(*args: Any, **values: Any) -> Any:
        done = real(*args, **values)
        if Article.objects.count() == 2:
            bringing.stop(row, by=world.agents["nika"])
        return done

    monkeypatch.setattr(bringing, "attempt", stopping)
    with pytest.raises(due.LeaseLost):
        worked()
    after = Import.objects.get()
    assert after.state == ImportState.STOPPED and Article.objects.count() == 2
    assert not due.claim(Import, clock()) and list(bringing.folder().iterdir()) == []


def test_who_lost_the_right_to_publish_brings_in_drafts(world: World) -> None:
    asked(world)
    Import.objects.update(agent=world.agents["sara"])
    row = worked()
    assert row.made == 6 and row.faults[0]["why"] == "drafts"
    assert not Translation.objects.filter(published__isnull=False).exists()
    with pytest.raises(PermissionError):
        bringing.start(io.BytesIO(b"x"), "a.csv", by=world.agents["sara"], section=None, language="", visibility="agents", publish=True)  # fmt: skip


def test_what_is_no_zip_or_too_large_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked(world, "no zip", "help.zip")
    assert [one["why"] for one in worked().faults] == ["no_zip"]
    monkeypatch.setattr(bringing, "LARGEST", 10)
    with pytest.raises(CannotBe):
        asked(world)
    assert list(bringing.folder().iterdir()) == []
