"""How customers' pages look: names, greetings, colour and logo of the house."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from pelekan.demo.world import World
from pelekan.people import desk
from pelekan.people.models import Desk, User
from pelekan.tickets.models import Event
from tests.web.portal.desk import text_of
from tests.web.workspace.test_answers import signed_in

URL = "/desk/settings/look/"


@pytest.fixture
def admin(world: World) -> Client:
    desk.forget()
    return signed_in(next(one for one in world.agents.values() if one.role == "admin"))


def png(colour: str = "teal") -> Any:
    drawn = io.BytesIO()
    Image.new("RGBA", (600, 300), colour).save(drawn, "PNG")
    return SimpleUploadedFile("logo.png", drawn.getvalue(), "image/png")


def test_each_language_has_its_name_greeting_and_the_house_its_colour(
    world: World, admin: Client, django_capture_on_commit_callbacks: Any
) -> None:
    given = {
        "name-en": "Chakad Shop",
        "name-ar": "متجر تشكاد",
        "greeting-en": "What are you climbing?",
        "colour": "7C3AED",
    }
    with django_capture_on_commit_callbacks(execute=True):
        assert admin.post(URL, given).status_code == 302
    front = text_of(Client().get("/help/en/"))
    assert "<bdi>Chakad Shop</bdi>" in front and "What are you climbing?" in front
    assert 'href="/brand/7c3aed.css"' in front and '"name":"Chakad Shop"' in front
    assert "متجر تشكاد" in text_of(Client().get("/help/ar/"))
    assert f"<bdi>{Desk.objects.get().name}</bdi>" in text_of(
        Client().get("/help/fa/")
    )  # nothing is written for it
    assert "Chakad Shop" in text_of(Client().get("/help/en/news.atom"))
    assert 'href="/brand/7c3aed.css"' in text_of(Client().get("/portal/sign-in/"))
    assert "/brand/" not in text_of(admin.get("/desk/settings/")).replace(URL, "")  # the desk stays as it is
    style = Client().get("/brand/7c3aed.css")
    assert style["Content-Type"].startswith("text/css") and "immutable" in style["Cache-Control"]
    assert "--accent: light-dark(#" in text_of(style) and "prefers-contrast" in text_of(style)
    assert Client().get("/brand/000000.css").status_code == 404
    assert Event.objects.filter(name="desk.changed").exists()


def test_a_logo_is_drawn_anew_and_its_file_goes_with_it(
    world: World, admin: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert admin.post(URL, {"logo": png()}).status_code == 302
    face = desk.sign().face
    served = Client().get(f"/brand/{face.mark}/logo")
    with Image.open(io.BytesIO(b"".join(served.streaming_content))) as image:  # type: ignore[attr-defined]
        assert image.format == "WEBP" and image.size == (320, 160)
    assert f'src="/brand/{face.mark}/logo"' in text_of(Client().get("/help/en/"))
    kept = Path(settings.MEDIA_ROOT) / face.logo
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(URL, {"colour": "#123456"})
    assert desk.sign().face.logo == face.logo and kept.exists()  # saving the rest leaves it
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(URL, {"without_logo": "on"})
    assert not desk.sign().face.logo and not kept.exists()
    assert Client().get(f"/brand/{face.mark}/logo").status_code == 404


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"colour": "teal}*{"}, "#0f766e"),
        (
            {"logo": SimpleUploadedFile("x.png", b"<svg onload=alert(1)>", "image/png")},
            "Use PNG, JPEG or WebP.",
        ),
    ],
)
def test_what_is_no_colour_or_no_picture_is_said(world: World, admin: Client, given: Any, said: str) -> None:
    User.objects.update(language="en")
    refused = admin.post(URL, given)
    assert refused.status_code == 422 and said in refused.content.decode()
    assert not Desk.objects.filter(face__colour="teal").exists()
