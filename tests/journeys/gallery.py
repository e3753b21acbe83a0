"""`bin/gallery DIR [LANGUAGE…]`: every page of the demo as a picture, and one HTML page to look through them."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from html import escape
from pathlib import Path
from typing import Any

from tests.journeys.pages import LOOKED_AT, PAGES, Page
from tests.servers.browser import FLAGS, program
from tests.servers.desks import Demo, prepare

LANGUAGES = ("fa", "ar", "en")
SIZES = {1440: 900, 390: 844}
LIGHTS = ("light", "dark")
AT_ONCE = 3
"""Pages that are open at the same time: the desk answers one while Chromium draws another."""


def main(folder: Path, languages: tuple[str, ...] = LANGUAGES) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pelekan-gallery-") as place:
        (made := Path(place, "made")).mkdir()
        prepare(made)
        for language in languages:
            desk = Demo(made, Path(place, language), language)
            told = json.loads(desk.in_django(LOOKED_AT, language))
            desk.live()
            try:
                asyncio.run(photograph(desk, told, folder))
            finally:
                desk.end()
            (folder / "index.html").write_text(index(folder), encoding="utf-8")
    print(f"Open {folder / 'index.html'}")


async def photograph(desk: Demo, told: dict[str, Any], folder: Path) -> None:
    from playwright.async_api import async_playwright

    language, cookies, room = told["language"], desk.sessions(anew=True), asyncio.Semaphore(AT_ONCE)
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=program(), args=FLAGS)
        for size in SIZES.items():
            contexts = {}
            for who in sorted({page.who for page in PAGES}):
                phone = size[0] < 500
                context = await browser.new_context(
                    viewport={"width": size[0], "height": size[1]}, color_scheme="light", locale=language, is_mobile=phone, has_touch=phone
                )  # fmt: skip
                await context.add_cookies([{"name": "language", "value": language, "url": desk.address}])
                if who:
                    await context.add_cookies([cookies[who]])
                contexts[who] = context
            await asyncio.gather(
                *(one_page(contexts[page.who], page, desk, told, folder, size[0], room) for page in PAGES)
            )
            print(f"{language} {size[0]}: {len(PAGES)} pages", flush=True)
        await browser.close()


async def one_page(
    context: Any, page: Page, desk: Demo, told: dict[str, Any], folder: Path, width: int, room: asyncio.Semaphore
) -> None:  # fmt: skip
    """Loaded once, photographed in light and in dark."""
    from playwright.async_api import Error

    language = told["language"]
    async with room:
        tab = await context.new_page()
        answer = await tab.goto(page.at(desk, told))
        if answer.status >= 400 and page.name != "not-found":
            print(f"{language} {width} {page.name}: the desk answered {answer.status}", flush=True)
        await tab.evaluate("document.fonts.ready")
        try:
            for place in page.press:
                await tab.locator(place).locator("visible=true").first.click(timeout=10_000)
        except Error as fault:  # the other pages are worth their pictures
            print(f"{language} {width} {page.name}: {fault.message.splitlines()[0]}", flush=True)
        await tab.wait_for_timeout(400)  # frames of mails find their height, dialogs arrive
        for light in LIGHTS:
            await tab.emulate_media(color_scheme=light)
            await tab.screenshot(
                animations="disabled", path=folder / picture(page.name, language, width, light)
            )
        await tab.close()


def picture(name: str, language: str, width: int, light: str) -> str:
    return f"{name}-{language}-{width}-{light}.png"


STYLE = """:root{color-scheme:light dark}body{font:15px/1.6 system-ui;margin:0;background:light-dark(#f4f2ee,#1c1b1a)}
header{position:sticky;top:0;z-index:1;display:flex;flex-wrap:wrap;gap:8px 20px;align-items:center;padding:10px 24px;background:inherit;border-bottom:1px solid #8885}
h1{font-size:18px;margin:0}fieldset{border:0;padding:0;margin:0;display:flex;gap:10px}main{padding:0 24px 48px}section{margin-block:28px;scroll-margin-top:64px}h2{font-size:16px;margin:0 0 8px}h2 small{font-weight:400;opacity:.7}
.row{display:flex;gap:16px;overflow-x:auto;align-items:flex-start}figure{margin:0;flex:none}img{display:block;height:420px;border:1px solid #8886;border-radius:8px}figcaption{font-size:12px;opacity:.75}
dialog{border:0;padding:0;max-width:100vw;max-height:100vh;background:none}dialog img{height:auto;max-width:96vw;max-height:92vh}dialog::backdrop{background:#000b}dialog p{margin:4px;color:#fff;text-align:center}"""

SCRIPT = """
const boxes=[...document.querySelectorAll('header input')],all=[...document.querySelectorAll('figure')],big=document.querySelector('dialog');
const show=()=>{const on=new Set(boxes.filter(b=>b.checked).map(b=>b.value));for(const f of all)f.hidden=!f.dataset.of.split(' ').every(w=>on.has(w))};
boxes.forEach(b=>b.addEventListener('change',show));show();
let at=0;const open=n=>{const seen=all.filter(f=>!f.hidden);at=(n+seen.length)%seen.length;const i=seen[at].querySelector('img');
big.querySelector('img').src=i.src;big.querySelector('p').textContent=i.alt;big.open||big.showModal()};
document.addEventListener('click',e=>{const a=e.target.closest('figure a');if(a&&!e.ctrlKey&&!e.metaKey){e.preventDefault();open(all.filter(f=>!f.hidden).indexOf(a.parentNode))}else if(e.target.closest('dialog'))big.close()});
document.addEventListener('keydown',e=>{if(big.open&&(e.key==='ArrowRight'||e.key==='ArrowLeft'))open(at+(e.key==='ArrowRight'?1:-1))});
document.querySelector('select').addEventListener('change',e=>document.getElementById(e.target.value).scrollIntoView());"""


def index(folder: Path) -> str:
    """The page that shows those that are there: by language, width and light; large on a click, arrows walk on."""
    sections = []
    for page in PAGES:
        figures = "".join(
            f'<figure data-of="{language} {width} {light}"><a href="{name}"><img loading="lazy" alt="{escape(page.name)}, {language}, {width}, {light}"'
            f' src="{name}"></a><figcaption>{language} · {width} · {light}</figcaption></figure>'
            for language in LANGUAGES for width in SIZES for light in LIGHTS
            if (folder / (name := picture(page.name, language, width, light))).exists()
        )  # fmt: skip
        sections.append(
            f'<section id="{page.name}"><h2>{escape(page.name)} <small>{escape(page.address)}</small></h2><div class="row">{figures}</div></section>'
        )
    groups = ""
    for group in (LANGUAGES, SIZES, LIGHTS):
        boxes = (f'<label><input type="checkbox" value="{one}" checked> {one}</label>' for one in group)
        groups += f"<fieldset>{''.join(boxes)}</fieldset>"
    ways = "".join(f"<option>{page.name}</option>" for page in PAGES)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Gallery</title><style>{STYLE}</style>'
        f'<header><h1>Gallery</h1><select aria-label="Page">{ways}</select>{groups}<small>A picture opens on a click; ← → walk on, Escape closes.</small></header>'
        f"<main>{''.join(sections)}</main><dialog><img alt=''><p></p></dialog><script>{SCRIPT}</script>"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), tuple(sys.argv[2:]) or LANGUAGES)
