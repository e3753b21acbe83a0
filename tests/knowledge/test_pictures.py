"""Pictures of articles."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from pelekan.knowledge import actions, pictures
from pelekan.knowledge.models import Section
from pelekan.tickets.shaping import CannotBe

pytestmark = pytest.mark.django_db


def photo() -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "SecretCam"
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "teal").save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_where_and_with_what_a_picture_was_taken_is_not_kept(world: object) -> None:
    shelf = Section.objects.create(slug="s", names={"en": "S"})
    article = actions.begin(shelf, language="en", title="t", by=None).article
    assert b"SecretCam" in photo()
    kept = pictures.keep(article, photo(), "../../شب.jpg", by=None)
    data = pictures.read(kept)
    assert b"SecretCam" not in data and Image.open(io.BytesIO(data)).size == (20, 40)  # upright
    assert kept.name == "شب.jpg" and pictures.address(kept) == f"/help/files/{kept.pk}/picture.jpg"


@pytest.mark.parametrize("data", [b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\nbroken", b"GIF89a", b"plain"])
def test_what_is_no_picture_is_refused(world: object, data: bytes) -> None:
    shelf = Section.objects.create(slug="s", names={"en": "S"})
    article = actions.begin(shelf, language="en", title="t", by=None).article
    with pytest.raises(CannotBe):
        pictures.keep(article, data, "x.png", by=None)
