"""An article's life: written with a pasted picture, reviewed, published, read; then the original changes and its translation
is shown out of date."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

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
