"""An article's life: written with a pasted picture, reviewed, published, read; then the original changes and its translation
is shown out of date. And its writer's: by keyboard, with a table from elsewhere, signed out meanwhile, and beside a colleague."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from pelekan.demo.world import PASSWORD
from tests.servers.desks import Demo

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]

PNG = base64.b64encode(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
).decode()
PASTE = """b64 => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(atob(b64), (one) => one.charCodeAt(0))], "screen.png", {type: "image/png"}));
  const box = document.getElementById("f-body-rich");
  box.focus();
  box.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
TABLE = """() => {
  const data = new DataTransfer();
  data.setData("text/html", `<meta><style>td {color: red}</style><table class="xl65" style="width: 900pt" onclick="stop()">
    <tr><th bgcolor="red" style="color: red">KG</th><td><span style="font: 9pt Arial">12</span></td></tr></table>`);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
BEGIN = """
import sys
from pelekan.knowledge import actions, shelves
from pelekan.people.models import Agent
sara = Agent.objects.get(user__email="sara@chakad.example")
print(actions.begin(shelves.save(None, by=None, names={sys.argv[1]: "A"}), language=sys.argv[1], title="B", body="<p>C</p>", by=sara).article_id)
"""
WORDS = {
    "fa": ("چادر خیس را چطور خشک کنم؟", "در سایه پهنش کنید."),
    "en": ("How do I dry a wet tent?", "Spread it in the shade."),
}


def test_written_reviewed_read_and_translated(desk: Demo, people: Callable[..., Any]) -> None:
    nika, sara, reader = people("nika"), people("sara"), people("")
    code, other = desk.language, "en" if desk.language == "fa" else "fa"
    title, text = WORDS[code]
    base = f"{desk.address}/desk/knowledge/"

    nika.goto(base + "sections/new/")
    nika.fill(f"input[name=name_{code}]", "چادر" if code == "fa" else "Tents")
    nika.locator(".savebar [type=submit]").click()
    nika.wait_for_url("**/knowledge/sections/")

    sara.goto(base + "new/")
    sara.fill("input[name=title]", title)
    sara.select_option("select[name=language]", code)
    sara.locator(".savebar [type=submit]").click()
    sara.wait_for_url(f"**/knowledge/*/{code}/")
    sara.on("dialog", lambda asked: asked.accept("A tent"))
    sara.locator("#f-body-rich").click()
    sara.keyboard.type(text)
    sara.evaluate(PASTE, PNG)
    sara.locator("#f-body-rich img[alt='A tent']").wait_for()
    sara.locator("button[value=review]").click()
    sara.locator(".banner--success").wait_for()
    article = sara.url

    nika.goto(desk.address + "/desk/bell/")
    nika.locator(".bell__line", has_text=title).first.click()
    nika.wait_for_url(article)
    nika.locator("form[action$='/act/publish/'] [type=submit]").click()
    nika.locator(".banner--success").wait_for()

    reader.goto(f"{desk.address}/help/{code}/search/?q={title}")
    reader.locator("a", has_text=title).first.click()
    reader.locator(".prose", has_text=text).wait_for()
    assert reader.locator(".prose img").evaluate("one => one.decode().then(() => one.naturalWidth)") == 1

    nika.goto(article.replace(f"/{code}/", f"/{other}/"))
    nika.locator(".write__original", has_text=text).wait_for()
    nika.fill("input[name=title]", WORDS[other][0])
    nika.locator("#f-body-rich").click()
    nika.keyboard.type(WORDS[other][1])
    nika.locator("button[value=publish]").click()
    nika.locator(".banner--success").wait_for()
    assert nika.locator(".since").count() == 0

    nika.goto(article)
    nika.locator("#f-body-rich").click()
    nika.keyboard.press("Control+End")
    nika.keyboard.type(" 24 h")
    nika.locator("button[value=publish]").click()
    nika.locator(".banner--success").wait_for()
    nika.goto(article.replace(f"/{code}/", f"/{other}/"))
    nika.locator(".since ins", has_text="24").wait_for()
    assert not nika.locator("input[name=follows]").is_checked()


def test_by_keyboard_with_a_table_signed_out_and_beside_a_colleague(
    desk: Demo, people: Callable[..., Any]
) -> None:
    nika, sara, code = people("nika"), people("sara"), desk.language
    article = f"{desk.address}/desk/knowledge/{desk.in_django(BEGIN, code).strip()}/{code}/"
    sara.goto(article)
    box, state = sara.locator("#f-body-rich"), sara.locator("#write-state")
    box.focus()
    forward = "ArrowLeft" if code == "fa" else "ArrowRight"
    for key in (
        *("Control+End", "Enter", "b", "Shift+Home", "Control+b", "End", "Enter", "h"),
        *("Alt+F10", "Enter", "End", "Enter", "l"),  # the first tool makes a heading
        *("Alt+F10", *[forward] * 5, "Enter"),  # the sixth a list
        *("End", "Enter", "Enter"),  # which two lines end
    ):
        sara.keyboard.press(key)
    for tag in ("b", "h2", "ul > li"):
        box.locator(tag, has_text="l" if tag == "ul > li" else tag[0]).wait_for()
    sara.evaluate(TABLE)
    box.locator("table th", has_text="KG").wait_for()
    sara.keyboard.press("Control+s")
    sara.locator(".banner--success").wait_for()
    kept = sara.locator("#f-body").input_value()
    assert "<tr><th>KG</th><td>12</td></tr>" in kept and "<h2>" in kept
    assert not [one for one in ("style", "class", "bgcolor", "onclick", "red") if one in kept]

    # signed out while she writes: the text stays, and is offered when she is back
    sara.context.clear_cookies(name="pelekan_session")
    box.focus()
    sara.keyboard.press("Control+Home")
    sara.keyboard.type("MINE ")
    sara.locator("#write-out").wait_for()
    sara.keyboard.press("Control+s")
    sara.keyboard.type("TOO ")
    assert sara.url == article and "MINE TOO" in box.inner_text()
    sara.locator("#write-out a").click()
    sara.fill("input[name=login]", "sara@chakad.example")
    sara.fill("input[name=password]", PASSWORD)
    sara.locator("form:has(input[name=password]) button[type=submit]").first.click()
    sara.wait_for_url(article)
    sara.locator(".banner--info form[action$='/forget/']").wait_for()
    box.filter(has_text="MINE TOO").wait_for()

    # a colleague saves meanwhile: she is told while she types, sees both before she saves, and nothing is lost
    nika.goto(article)
    assert "MINE" not in nika.locator("#f-body").input_value()
    nika.fill("input[name=title]", "HERS")
    nika.locator("button[name=then][value='']").click()
    nika.locator(".banner--success").wait_for()
    box.focus()
    sara.keyboard.type("STILL ")
    sara.locator("#write-state.bad").wait_for()
    assert state.inner_text()
    sara.keyboard.press("Control+s")
    sara.locator("#newer").wait_for()
    sara.locator(".since ins", has_text="HERS").wait_for()
    box.filter(has_text="STILL").wait_for()
    nika.goto(article)
    assert nika.input_value("input[name=title]") == "HERS" and "STILL" not in nika.input_value("#f-body")
    sara.fill("input[name=title]", "BOTH")
    sara.keyboard.press("Control+s")
    sara.locator(".banner--success").wait_for()
    nika.goto(article)
    assert nika.input_value("input[name=title]") == "BOTH" and "STILL" in nika.input_value("#f-body")
