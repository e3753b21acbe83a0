"""Uploads that end too soon, past what the server's own door refuses: nothing half is kept, and what nobody sent goes."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from PIL import Image

from pelekan.demo.world import World
from pelekan.knowledge.models import Picture
from tests.web.help.books import article

pytestmark = pytest.mark.django_db


def kept(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


@pytest.mark.parametrize("part", [0.05, 0.5, 0.9])
def test_hx_23_a_picture_that_was_cut_leaves_nothing(
    world: World, settings, tmp_path: Path, part: float
) -> None:
    settings.MEDIA_ROOT = tmp_path
    row = article("How to pay").article
    client = Client()
    client.force_login(world.agents["nika"].user, backend="pelekan.people.backends.Backend")
    picture = BytesIO()
    Image.effect_noise((200, 200), 90).save(picture, "PNG")
    picture.seek(0)
    picture.name = "a.png"
    whole = encode_multipart(BOUNDARY, {"file": picture})
    path = f"/desk/knowledge/{row.pk}/picture/"
    answer = client.generic("POST", path, whole[: int(len(whole) * part)], content_type=MULTIPART_CONTENT)
    assert answer.status_code in (400, 422)
    assert not Picture.objects.exists() and kept(tmp_path) == []
    assert client.generic("POST", path, whole, content_type=MULTIPART_CONTENT).status_code == 201
    assert Picture.objects.count() == 1 and len(kept(tmp_path)) == 1
