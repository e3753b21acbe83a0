"""Files: who may open them, and that none of them runs."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from pelekan.demo.world import World
from pelekan.tickets import attachments
from pelekan.tickets.actions import escalate, note, receive, reply
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Attachment, Ticket
from pelekan.web.files import links


@pytest.fixture(autouse=True)
def media(settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


def client_of(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.agents[key].user, backend="pelekan.people.backends.Backend")
    return client


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "teal").save(out, "PNG")
    return out.getvalue()


def ticket_with(world: World, data: bytes, name: str) -> tuple[Ticket, Attachment]:
    message = receive(
        Incoming(
            inbox_id=world.inboxes["shop"].pk,
            channel="chat",
            customer_id=world.customers["mina"].pk,
            text="عکس",
        )
    )
    return message.ticket, attachments.keep(data, name, "", message=message)


def test_upload_is_bound_by_the_reply_of_its_uploader_only(world: World) -> None:
    ticket, _ = ticket_with(world, png(), "a.png")
    up = (
        client_of(world, "sara")
        .post("/files/upload/", {"file": SimpleUploadedFile("a.png", png()), "name": "صورت‌حساب.png"})
        .json()
    )
    stolen = reply(ticket, by=world.agents["omid"], text="x", attachment_ids=[up["id"]])
    assert stolen.attachments.count() == 0, "hx_21: another agent's upload is not his to send"
    sent = reply(ticket, by=world.agents["sara"], text="x", attachment_ids=[up["id"]])
    assert [file.name for file in sent.attachments.all()] == ["صورت‌حساب.png"]


def test_hx_18_only_those_who_see_the_ticket(world: World) -> None:
    ticket, file = ticket_with(world, png(), "a.png")
    url = links.row(file)["url"]
    assert client_of(world, "sara").get(url).status_code == 200
    assert client_of(world, "dara").get(url).status_code == 404
    assert Client().get(url).status_code == 404
    assert Client().get(links.row(file, signed=True)["url"]).status_code == 200
    other = ticket_with(world, png(), "b.png")[1]
    assert Client().get(url + "?key=" + links.signature(other)).status_code == 404
    escalate(ticket, world.teams["developers"], by=world.agents["sara"], because="x")
    assert client_of(world, "sara").get(url).status_code == 404


def test_mt_19_file_of_a_note_is_not_the_customers(world: World) -> None:
    ticket, _ = ticket_with(world, png(), "a.png")
    secret = attachments.keep(png(), "n.png", "", message=note(ticket, by=world.agents["sara"], text="x"))
    assert secret not in attachments.of_customer(world.customers["mina"])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.svg", b"<svg onload=alert(1) xmlns='http://www.w3.org/2000/svg'/>"),
        ("x.html", b"<script>1</script>"),
        ("x.png", b"<html>"),
        ("x.pdf", b"%PDF-1.4"),
    ],
)
def test_hx_08_active_content_is_a_download(world: World, name: str, data: bytes) -> None:
    _, file = ticket_with(world, data, name)
    response = client_of(world, "sara").get(links.row(file)["url"])
    assert response["Content-Disposition"].startswith("attachment")
    assert (
        "sandbox" in response["Content-Security-Policy"] and response["X-Content-Type-Options"] == "nosniff"
    )


def test_hx_19_images_stay_out_of_shared_caches(world: World) -> None:
    _, file = ticket_with(world, png(), "a.png")
    client = client_of(world, "sara")
    assert client.get(links.row(file)["url"])["Cache-Control"] == "private, no-store"
    assert client.get(links.row(file)["thumb_url"])["Cache-Control"].startswith("private")


def test_too_large_says_the_limit(world: World, settings: object) -> None:
    settings.MAX_UPLOAD = 10  # type: ignore[attr-defined]
    answer = client_of(world, "sara").post("/files/upload/", {"file": SimpleUploadedFile("a.png", png())})
    assert answer.status_code == 413 and "مگابایت" in answer.json()["error"], "in her language"
    assert not Attachment.objects.exists()
