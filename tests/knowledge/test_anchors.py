"""Links to headings: in every script, and the same however the text around them changes."""

from __future__ import annotations

from pelekan.knowledge.anchors import anchored


def names(html: str) -> list[str]:
    return [one.anchor for one in anchored(html)[1]]


def test_headings_of_every_script_have_links_that_last() -> None:
    before = "<h2>بازگشت وجه</h2><p>a</p><h2>مُدَّة الشحن</h2><h3>Refunds &amp; <b>returns</b></h3>"
    assert names(before) == ["s-بازگشت-وجه", "s-مدة-الشحن", "s-refunds-returns"]
    after = "<h2>New</h2>" + before.replace("<p>a</p>", "<p>other words</p>").replace("مُدَّة", "مـدة")
    assert names(after) == ["s-new", *names(before)], (
        "new parts, vowel marks and stretched letters move no link"
    )
    assert names("<h2>One</h2><h2>One</h2><h2>?!</h2>") == ["s-one", "s-one-2", "s-part"]


def test_a_heading_links_to_itself_where_that_is_asked() -> None:
    html, (one,) = anchored('<h2 dir="rtl">تمدید</h2>', "Link to “this”")
    assert f'id="{one.anchor}"' in html and f'<a class="anchor" href="#{one.anchor}"' in html
    assert one.text == "تمدید" and "<a" not in anchored("<h2>تمدید</h2>")[0]
