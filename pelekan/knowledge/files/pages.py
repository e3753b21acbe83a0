"""★ HTML pages as others wrote them: which part is the article, and which pictures it shows."""

from __future__ import annotations

import html as entities
from dataclasses import dataclass

from bs4 import BeautifulSoup

from pelekan.lib.markup import deepest, tokens

DEEPEST = 500  # elements open at once: beyond it nobody wrote it by hand


@dataclass(frozen=True)
class Page:
    """The article in a page; `body` is HTML as it was found: not safe yet."""

    title: str
    body: str
    language: str = ""
    summary: str = ""


def read(text: str) -> Page:
    """The article of a whole page or of a piece of HTML. ValueError for what is nested beyond reason."""
    if deepest(text, DEEPEST) >= DEEPEST:
        raise ValueError("nested too deep")
    soup = _soup(text)
    for noise in soup.find_all(
        ["script", "style", "nav", "header", "footer", "aside", "form", "noscript", "template"]
    ):
        if noise.name != "header" or noise.find_parent(["article", "main"]) is None:
            noise.decompose()
    described = soup.find("meta", attrs={"name": "description"})
    main = soup.find("article") or soup.find("main") or soup.body or soup
    heading = main.find("h1")
    if heading is not None:
        title = heading.get_text(" ", strip=True)
        heading.decompose()
    else:
        title = soup.title.get_text(" ", strip=True) if soup.title else ""
    for head in main.find_all(["head", "title", "meta"]):
        head.decompose()
    root = soup.html
    return Page(
        title,
        main.decode_contents().strip(),
        str(root.get("lang") or "") if root is not None else "",
        str(described.get("content") or "") if described is not None else "",
    )


def _soup(html: str) -> BeautifulSoup:
    """Without comments and with a sign for each "<" that begins no tag: from each that never ends the parser would look to the
    end of the file."""
    even = "".join(
        one.source.replace("<", "&lt;") if one.kind == "text" else one.source for one in tokens(html)
    )
    return BeautifulSoup(even, "html.parser")


def take_heading(html: str) -> tuple[str, str]:
    """The first heading as a title, and the rest. ("", html) where it does not begin with one."""
    soup = _soup(html)
    first = soup.find(True)
    if first is None or first.name not in ("h1", "h2"):
        return "", html
    title = first.get_text(" ", strip=True)
    first.decompose()
    return title, str(soup).strip()


def pictures(html: str) -> list[str]:
    """The addresses of its pictures, each once."""
    if "<img" not in html:
        return []
    return list(dict.fromkeys(str(one["src"]) for one in _soup(html).find_all("img", src=True)))


def moved(html: str, places: dict[str, str]) -> str:
    """The same with the pictures at other addresses."""
    if "<img" not in html or not places:
        return html
    for old, new in places.items():
        html = html.replace(f'src="{entities.escape(old)}"', f'src="{entities.escape(new)}"')
    return html
