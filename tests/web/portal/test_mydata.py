"""One's own data in a file: all of it, nobody else's, and not for ever."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.people.models import Letter
from pelekan.tickets import actions, attachments
from pelekan.tickets.models import Takeout
from pelekan.tickets.mydata import making
from tests.conftest import NOON
from tests.web.portal.desk import FOREIGN, SECRET, browser_of, text_of, ticket_of
from tests.web.portal.test_ways_in import proved


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.DATA_DIR = tmp_path


def work() -> None:
    for mine in due.claim(Takeout, clock()):
        making.make(mine)


def test_the_file_holds_what_is_his_and_nothing_else(world: World, mina: Client) -> None:
    kept = attachments.keep(BytesIO(b"receipt"), "../../رسید.pdf", f"agent:{world.agents['sara'].pk}")
    ticket, other = ticket_of(world, "mina", "my <b>words</b>"), ticket_of(world, "emma", FOREIGN)
    actions.note(ticket, by=world.agents["sara"], text=SECRET)
    actions.reply(ticket, by=world.agents["sara"], text="our answer", attachment_ids=(kept.pk,))
    actions.reply(other, by=world.agents["sara"], text=FOREIGN)
    assert "/confirm/" in mina.post("/portal/profile/my-data/")["Location"]
    assert not Takeout.objects.exists()
    proved(mina)
    mina.post("/portal/profile/my-data/")
    mina.post("/portal/profile/my-data/")
    assert Takeout.objects.count() == 1
    assert mina.get("/portal/profile/my-data/file/").status_code == 404
    work()
    assert Letter.objects.filter(kind="my_data").count() == 1
    assert "Fetch my data" in text_of(mina.get("/portal/profile/"))
    raw = b"".join(mina.get("/portal/profile/my-data/file/").streaming_content)
    pack = zipfile.ZipFile(io.BytesIO(raw))
    assert all(not name.startswith(("/", "..")) and ".." not in name.split("/") for name in pack.namelist())
    data = json.loads(pack.read("data.json"))
    assert [one["text"] for one in data["requests"][0]["messages"]][:1] == ["my <b>words</b>"]
    assert (
        "our answer" in pack.read("index.html").decode()
        and "<b>words" not in pack.read("index.html").decode()
    )
    assert any(pack.read(name) == b"receipt" for name in pack.namelist())
    everything = b"".join(pack.read(name) for name in pack.namelist()).decode()
    for secret in (SECRET, FOREIGN, "md5$", "emma.clarke", world.agents["sara"].user.email):
        assert secret not in everything


def test_nobody_else_fetches_it_and_it_ends(world: World, mina: Client) -> None:
    proved(mina)
    mina.post("/portal/profile/my-data/")
    work()
    emma = browser_of(world, "emma")
    proved(emma)
    assert emma.get("/portal/profile/my-data/file/").status_code == 404
    assert Client().get("/portal/profile/my-data/file/").status_code == 302
    later = browser_of(world, "mina")
    assert "/confirm/" in later.get("/portal/profile/my-data/file/")["Location"]
    path = making.folder() / Takeout.objects.get().path
    assert path.exists()
    making.forget_old(NOON + timedelta(days=4))
    assert not path.exists() and mina.get("/portal/profile/my-data/file/").status_code == 404
