"""The small language: what it gives, and what never comes through."""

from __future__ import annotations

import re

import pytest

from pelekan.knowledge.community import marks
from pelekan.knowledge.community.anonymous import anonymous
from pelekan.knowledge.community.sifting import alike, folded, held_words


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**سلام** *دنیا*", '<p dir="auto"><strong>سلام</strong> <em>دنیا</em></p>'),
        ("- یک\n- دو", '<ul dir="auto"><li dir="auto">یک</li><li dir="auto">دو</li></ul>'),
        ("۱. یک\n۲. دو", '<ol dir="auto"><li dir="auto">یک</li><li dir="auto">دو</li></ol>'),
        ("a `x < y` b", '<p dir="auto">a <code dir="ltr">x &lt; y</code> b</p>'),
        ("```\n<b>\n```", '<pre dir="ltr"><code>&lt;b&gt;</code></pre>'),
        ("> said", '<blockquote><p dir="auto">said</p></blockquote>'),
        ("2 * 3 * 4 = 24", '<p dir="auto">2 * 3 * 4 = 24</p>'),
    ],
)
def test_what_it_gives(source: str, html: str) -> None:
    assert marks.to_html(source) == html


def test_links_are_for_people_and_not_for_ranks() -> None:
    html = marks.to_html("see https://example.com/a_(b). and [here](https://example.org/?a=1&b=2)")
    assert html.count('rel="noopener noreferrer nofollow ugc"') == 2
    assert 'href="https://example.org/?a=1&amp;b=2"' in html and ">here</a>" in html


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        '[click](https://x.example/"onmouseover=alert(1))',
        "![x](https://evil.example/pixel.png)",
        "![x](/community/files/../../portal/)",
        '![" onerror="alert(1)](/community/files/0123456789abcdef0123456789abcdef/)',
        "`<svg onload=alert(1)>`",
        "**<b onclick=alert(1)>x</b>**",
        "https://x.example/<script>alert(1)</script>",
        "[<img src=x onerror=alert(1)>](https://x.example)",
        "\x000\x00 **a\x00**",
        "@<script>alert(1)</script>",
    ],
)
def test_nothing_that_runs_or_calls_out_comes_through(source: str) -> None:
    html = marks.to_html(marks.tidy(source), ["<script>"])
    tags = re.findall(r"<[^>]*>", html)
    assert not [
        tag
        for tag in tags
        if re.search(
            r"<(script|svg|iframe|object|style)|\son\w+\s*=|javascript:", re.sub(r'"[^"]*"', '""', tag)
        )
    ]
    assert "javascript:" not in html or "href" not in html
    assert not re.search(r'src="(?!/community/files/[0-9a-f]{32}/")', html)


def test_participants_are_marked_and_others_are_not() -> None:
    html = marks.to_html("@sara and @omid, mail me@example.com", ["sara"])
    assert "<b><bdi>@sara</bdi></b>" in html and "@omid" in html and "<bdi>@omid" not in html
    assert marks.mentioned("@sara. and @سارا_م، me@example.com") == ["sara", "سارا_م"]


def test_plain_words_and_pictures() -> None:
    token = "0123456789abcdef0123456789abcdef"
    assert marks.plain("**a**\n\n- b") in ("a\n\n- b", "a\n- b", "a\n\n• b", "a\n\nb", "a\nb")
    assert marks.pictures(f"![]({marks.PICTURES}{token}/)") == [token]


def test_without_the_people() -> None:
    said = anonymous(
        "@Emma-C asked Mina Salehi: write to mina@example.com or call 0912 345 6789, order 42",
        ["Mina Salehi", "Mina"],
    )
    assert not re.search(r"Emma|Mina|example\.com|0912", said) and "order 42" in said
    assert "۰۹۱۲" not in anonymous("شماره ۰۹۱۲۳۴۵۶۷۸۹ من", [])


def test_likeness_and_words() -> None:
    one = folded("Buy the best watches at our shop, today only, for you")
    assert alike(one, folded("Buy the BEST watches at our shop today only for you!!!"))
    assert not alike(one, folded("My watch has stopped and the shop does not answer"))
    assert not alike(folded("ممنون"), folded("ممنون"))
    assert held_words("این قُمار است", ["قمار"]) == ["قمار"] and not held_words("قماربازی", ["قمار"])
