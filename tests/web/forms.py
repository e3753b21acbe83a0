"""What a browser would send for the fields of a page, without a browser."""

from __future__ import annotations

from html.parser import HTMLParser

from django.http import QueryDict


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self._select: dict[str, str | None] | None = None
        self._chosen: list[str] = []
        self._options: list[str] = []
        self._text: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        its = dict(attrs)
        if tag == "input" and its.get("name"):
            ticked = its.get("type") not in ("checkbox", "radio") or "checked" in its
            if ticked and its.get("type") != "file":
                self.sent.append((its["name"] or "", its.get("value") or ("" if "value" in its else "on")))
        elif tag == "select":
            self._select, self._chosen, self._options = its, [], []
        elif tag == "option" and self._select is not None:
            self._options.append(its.get("value") or "")
            if "selected" in its:
                self._chosen.append(its.get("value") or "")
        elif tag == "textarea" and its.get("name"):
            self._text = (its["name"] or "", [])

    def handle_data(self, data: str) -> None:
        if self._text:
            self._text[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select is not None:
            name = self._select.get("name") or ""
            chosen = self._chosen
            if "multiple" not in self._select:
                chosen = self._chosen[-1:] or self._options[:1]
            self.sent += [(name, value) for value in chosen]
            self._select = None
        elif tag == "textarea" and self._text:
            self.sent.append((self._text[0], "".join(self._text[1])))
            self._text = None


def fields(html: str) -> list[tuple[str, str]]:
    """Names and values in the order of the page."""
    parser = _Fields()
    parser.feed(html)
    return parser.sent


def posted(sent: list[tuple[str, str]]) -> QueryDict:
    found = QueryDict(mutable=True)
    for name, value in sent:
        found.appendlist(name, value)
    return found
