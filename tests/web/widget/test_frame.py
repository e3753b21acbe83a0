"""The loader, the frame, and on which sites they may stand."""

from __future__ import annotations

import gzip
import re

import pytest

from pelekan.channels.chat.sites import frame_ancestors, site
from pelekan.web.widget.views import LATER, PARTS, ink_on, version


def test_ch_18_framing_is_allowed_on_listed_sites_only(client, shop):
    shop.sites = [
        "https://Shop.example/",
        "https://*.shop.example",
        "https://evil.example; script-src *",
        "*",
    ]
    shop.save()
    answer = client.get("/widget/shop-widget/frame/?lang=ar")
    policy = answer["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'self' https://shop.example https://*.shop.example")
    assert "X-Frame-Options" not in answer and 'lang="ar" dir="rtl"' in answer.content.decode()
    again = client.get("/widget/shop-widget/frame/?lang=ar", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304 and again["Content-Security-Policy"] == policy


def test_no_site_listed_means_nobody_elsewhere(client, shop):
    shop.sites = []
    shop.save()
    assert client.get("/widget/shop-widget/frame/")["Content-Security-Policy"].endswith(
        "frame-ancestors 'self'"
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("HTTPS://Shop.Example/", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("https://*.shop.example", "https://*.shop.example"),
    ],
)
def test_sites_are_origins(text, wanted):
    assert site(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "shop.example",
        "https://shop.example/path",
        "https://*",
        "javascript:x",
        "https://a.b;",
        "https://a b",
    ],
)
def test_what_is_no_origin_opens_nothing(text):
    with pytest.raises(ValueError, match="write it like"):
        site(text)
    assert frame_ancestors([text]) == "'self'"


def test_the_loader_is_tiny_and_keeps_no_secret(client, shop):
    answer = client.get("/widget/shop-widget.js", headers={"Accept-Encoding": "gzip"})
    assert len(answer.content) <= 3 * 1024
    text = gzip.decompress(answer.content).decode()
    assert shop.secret not in text and "shop-widget" in text and answer["ETag"]
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin" and "max-age" in answer["Cache-Control"]
    assert client.get("/widget/nothing.js").status_code == 404
    assert b"console.error" in client.get("/widget/nothing.js").content


def test_loader_and_frame_stay_under_40_kb(client, shop):
    squeezed = {"Accept-Encoding": "gzip"}
    total = len(client.get("/widget/shop-widget.js", headers=squeezed).content)
    frame = client.get("/widget/shop-widget/frame/", headers=squeezed)
    total += len(frame.content)
    html = gzip.decompress(frame.content).decode()
    addresses = set(re.findall(r'(?:href|src)="(/widget/parts/[^"]+)"', html))
    assert {address.rpartition("/")[2] for address in addresses} == set(PARTS) - LATER
    for address in addresses:
        answer = client.get(address, headers=squeezed)
        assert answer.status_code == 200 and "immutable" in answer["Cache-Control"]
        total += len(answer.content)
    assert total < 40 * 1024, total


def test_parts_are_only_those_named(client, shop):
    assert client.get(f"/widget/parts/{version()}/..%2fkit.js").status_code == 404
    assert client.get(f"/widget/parts/{version()}/kit.js").status_code == 404


def test_a_hostile_inbox_name_stays_text(client, shop):
    shop.name, shop.greeting, shop.colour = "</main><script>'\"", {"en": "'><img src=x>"}, "red;x:y"
    shop.save()
    html = client.get("/widget/shop-widget/frame/?lang=en").content.decode()
    assert "<script>'" not in html and "<img" not in html and "red;x" not in html


@pytest.mark.parametrize(
    ("colour", "ink"), [("#0f766e", "#ffffff"), ("#ffd400", "#16130f"), ("#000000", "#ffffff")]
)
def test_text_on_the_brand_colour_can_be_read(colour, ink):
    assert ink_on(colour) == ink
