"""`bin/gallery DIR`: every page of the demo as a picture, and one HTML page to look through them."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from html import escape
from pathlib import Path
from typing import Any

from tests.journeys.pages import LOOKED_AT, PAGES
from tests.servers.desks import Demo, prepare

LANGUAGES = ("fa", "ar", "en")
SIZES = {1440: 900, 390: 844}
LIGHTS = ("light", "dark")

STYLE = """body{font:15px/1.6 system-ui;margin:24px;background:#f4f2ee;color:#1c1917}section{margin-block:32px}
.row{display:flex;gap:16px;overflow-x:auto;align-items:flex-start}figure{margin:0;flex:none}img{display:block;height:420px;border:1px solid #d6d3d1;border-radius:8px}
figcaption{font-size:12px;color:#57534e}nav a{margin-inline-end:12px}"""


def main(folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        with tempfile.TemporaryDirectory(prefix="pelekan-gallery-") as place:
            (made := Path(place, "made")).mkdir()
            prepare(made)
            desk = Demo(made, Path(place, "desk"), LANGUAGES[0])
            desk.live()
            try:
                for language in LANGUAGES:
                    told = json.loads(desk.in_django(LOOKED_AT, language))
                    cookies = desk.sessions()
                    for width, height in SIZES.items():
                        for light in LIGHTS:
                            photograph(browser, desk, told, cookies, folder, (width, height), light)
                            print(f"{language} {width} {light}", flush=True)
            finally:
                desk.end()
        browser.close()
    (folder / "index.html").write_text(index(), encoding="utf-8")
    print(f"Open {folder / 'index.html'}")


def photograph(
    browser: Any, desk: Demo, told: dict[str, Any], cookies: dict[str, Any], folder: Path, size: tuple[int, int], light: str
) -> None:  # fmt: skip
    language = told["language"]
    for name, who, address in PAGES:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=light, locale=language, is_mobile=size[0] < 500, has_touch=size[0] < 500
        )  # fmt: skip
        context.add_cookies([{"name": "language", "value": language, "url": desk.address}])
        if who:
            context.add_cookies([cookies[who]])
        page = context.new_page()
        page.goto(desk.address + address.format(**told))
        page.wait_for_timeout(500)
        page.screenshot(path=folder / picture(name, language, size[0], light))
        context.close()


def picture(name: str, language: str, width: int, light: str) -> str:
    return f"{name}-{language}-{width}-{light}.png"


def index() -> str:
    """The page that shows them all."""
    sections = []
    for name, _who, address in PAGES:
        figures = "".join(
            f'<figure><a href="{picture(name, language, width, light)}"><img loading="lazy" alt="{escape(name)} {language} {width} {light}"'
            f' src="{picture(name, language, width, light)}"></a><figcaption>{language} · {width} · {light}</figcaption></figure>'
            for language in LANGUAGES for width in SIZES for light in LIGHTS
        )  # fmt: skip
        sections.append(
            f'<section id="{name}"><h2>{escape(name)} <small>{escape(address)}</small></h2><div class="row">{figures}</div></section>'
        )
    links = "".join(f'<a href="#{name}">{name}</a>' for name, _who, _address in PAGES)
    return f'<!doctype html><meta charset="utf-8"><title>Gallery</title><style>{STYLE}</style><h1>Gallery</h1><nav>{links}</nav>{"".join(sections)}'


if __name__ == "__main__":
    main(Path(sys.argv[1]))
