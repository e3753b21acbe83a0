"""HTML that strangers and agents write, made safe and made text. Pure.

Safety rests on nh3 (an allowlist over a real HTML5 parser) and nothing else; what runs after it only renames
attributes on the well-formed output. The pages that show the result add a sandboxed frame and a policy of their own.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable, Mapping

import nh3

from pelekan.lib.css import clean_style
from pelekan.lib.markup import VOID, Token, deepest, tokens
from pelekan.lib.plain import to_text
from pelekan.lib.quoted_html import BORDERS, HOLDERS, find_quoted

__all__ = ["clean", "clean_rich", "fold_quotes", "from_text", "show_remote", "to_text", "too_much"]

DEEPEST = 1_500  # elements open at once; beyond it parsers take quadratic time, so the HTML is shown as text
REFERENCES = 200_000  # character references (&amp; &#1587; …): the parser is quadratic in them
LONGEST = 4 * 1024 * 1024

_MAIL_TAGS = set(
    """
    a abbr acronym address article b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl
    dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small span strike strong sub sup
    table tbody td tfoot th thead tr tt u ul var wbr
    """.split()  # noqa: SIM905
)
_RICH_TAGS = {
    "a",
    "b",
    "bdi",
    "blockquote",
    "br",
    "code",
    "del",
    "div",
    "em",
    "h2",
    "h3",
    "h4",
    "hr",
    "i",
    "img",
    "li",
}
_RICH_TAGS |= {"ol", "p", "pre", "s", "span", "strong", "u", "ul"}
_DROPPED_WHOLE = {"script", "style", "title", "xmp", "iframe", "noembed", "noframes", "noscript", "template"}
_DROPPED_WHOLE |= {"textarea", "select", "object", "applet", "svg", "math", "audio", "video", "canvas"}
_BOX = {
    "align",
    "valign",
    "width",
    "height",
    "bgcolor",
    "border",
    "cellpadding",
    "cellspacing",
    "colspan",
    "rowspan",
}
_MAIL_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang", "style", "class", "id", "title"},
    "a": {"href", "name"},
    "img": {"src", "alt", "width", "height", "align", "border"},
    "font": {"color", "face", "size"},
    "blockquote": {"type"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
    **{
        tag: set(_BOX)
        for tag in ("table", "tbody", "thead", "tfoot", "tr", "td", "th", "col", "colgroup", "hr")
    },
    **{tag: {"align"} for tag in ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "center", "caption")},
}
_RICH_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
}
_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s]", re.IGNORECASE)
_REMOTE = re.compile(r"https?://[^\s]", re.IGNORECASE)
_DATA_IMAGE = re.compile(r"data:image/(?:png|gif|jpeg|jpg|webp);base64,[A-Za-z0-9+/=\s]{1,2000000}")
_PLAIN = re.compile(r"[\w\s#%.,\-]{0,100}")
_NAMES = HOLDERS | BORDERS


def clean(html: str, cid: Mapping[str, str] | None = None) -> str:
    """Mail HTML, safe to put into a frame. Nothing in it loads by itself.

    Remote images carry their address in `data-remote-src` (see `show_remote`); images of the mail itself
    (`cid:`) get the address that `cid` (Content-ID without brackets → URL) holds for them, or none.
    """
    if too_much(html):
        return from_text(to_text(html[:LONGEST]))
    safe = nh3.clean(
        html,
        tags=_MAIL_TAGS,
        clean_content_tags=_DROPPED_WHOLE,
        attributes=_MAIL_ATTRIBUTES,
        attribute_filter=_mail_attribute,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        strip_comments=True,
    )
    known = {key.lower(): url for key, url in (cid or {}).items()}
    return _rewrite_images(safe, lambda source: _mail_image(source, known))


def too_much(html: str, deep: int = DEEPEST) -> bool:
    """Whether a parser would need longer for it than anybody's words are worth."""
    return len(html) > LONGEST or html.count("&") > REFERENCES or deepest(html, deep) >= deep


def _mail_attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "style":
        return clean_style(value) or None
    if attribute in ("class", "id"):
        kept = " ".join(name for name in value.split() if name.lower() in _NAMES)
        return kept or None
    if attribute == "src":
        source = value.strip()
        return (
            source
            if _REMOTE.match(source) or source.lower().startswith("cid:") or _is_data_image(source)
            else None
        )
    return _common_attribute(tag, attribute, value)


def _common_attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href":
        return value.strip() if _LINK.match(value.strip()) else None
    if attribute == "dir":
        return value.strip().lower() if value.strip().lower() in ("rtl", "ltr", "auto") else None
    if attribute in ("alt", "title"):
        return value[:500]
    return value if _PLAIN.fullmatch(value) else None


def _is_data_image(source: str) -> bool:
    return source[:11].lower() == "data:image/" and bool(_DATA_IMAGE.fullmatch(source))


def _mail_image(source: str, known: Mapping[str, str]) -> tuple[str, str]:
    """The attribute and value that stand in the place of an image's `src`."""
    if source.lower().startswith("cid:"):
        url = known.get(source[4:].strip("<> ").lower(), "")
        return ("src", url) if url else ("data-missing", source[4:])
    return ("src", source) if _is_data_image(source) else ("data-remote-src", source)


def _rewrite_images(safe: str, place: Callable[[str], tuple[str, str]]) -> str:
    out: list[str] = []
    at = 0
    for token in tokens(safe):
        if token.kind == "open" and token.name == "img":
            out.append(safe[at : token.start])
            out.append(_image(token, place))
            at = token.end
    return "".join([*out, safe[at:]])


def _image(token: Token, place: Callable[[str], tuple[str, str]]) -> str:
    attributes = token.attributes()
    source = attributes.pop("src", "") or attributes.pop("data-remote-src", "")
    if source:
        name, value = place(source)
        attributes[name] = value
    told = "".join(f' {name}="{entities.escape(value)}"' for name, value in attributes.items())
    return f"<img{told}>"


def show_remote(cleaned: str, url_of: Callable[[str], str]) -> str:
    """Output of `clean` with its remote images loading from `url_of(address)` (a proxy of ours), after consent."""

    def place(source: str) -> tuple[str, str]:
        return ("src", url_of(source)) if _REMOTE.match(source) else ("src", source)

    return _rewrite_images(cleaned, place)


def clean_rich(html: str) -> str:
    """What an agent or customer writes in the editor: paragraphs, lists, links, emphasis, direction, own images.

    An image stays only when it is one of ours: a path of this site or a `cid:` name.
    """
    if too_much(html):
        return from_text(to_text(html[:LONGEST]))
    return nh3.clean(
        html,
        tags=_RICH_TAGS,
        clean_content_tags=_DROPPED_WHOLE,
        attributes=_RICH_ATTRIBUTES,
        attribute_filter=_rich_attribute,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        url_relative="pass_through",
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        strip_comments=True,
    )


_OWN_IMAGE = re.compile(r"(?:/(?!/)[\w./?=&%+~\-]{1,500}|cid:[\w.@+\-]{1,200})", re.ASCII)


def _rich_attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "src":
        return value if _OWN_IMAGE.fullmatch(value) else None
    return _common_attribute(tag, attribute, value)


_CLICKABLE = re.compile(
    r"(?P<url>https?://[^\s<>\"'`{}|\\^\u2066-\u2069\u200e\u200f]{1,2000})"
    r"|(?P<www>\bwww\.[a-zA-Z0-9][^\s<>\"'`{}|\\^]{1,500})"
    r"|(?P<mail>(?<![\w.+\-])[a-zA-Z0-9][a-zA-Z0-9._+\-]{0,63}@[a-zA-Z0-9\-]{1,63}(?:\.[a-zA-Z0-9\-]{1,63}){1,8})"
)
_AFTER_LINK = ".,;:!?)]}'\"،؛؟»*_"


def from_text(text: str) -> str:
    """Plain text as HTML: paragraphs that find their own direction, line breaks kept, links to click."""
    paragraphs = re.split(
        r"\n[ \t]*(?:\n[ \t]*)+", text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    )
    return "\n".join(
        f'<p dir="auto">{"<br>".join(_linked(line) for line in paragraph.split(chr(10)))}</p>'
        for paragraph in paragraphs
        if paragraph.strip()
    )


def _linked(line: str) -> str:
    out: list[str] = []
    at = 0
    for match in _CLICKABLE.finditer(line):
        shown = match[0].rstrip(_AFTER_LINK)
        if match[0][len(shown) : len(shown) + 1] == ")" and "(" in shown:
            shown += ")"
        scheme = "mailto:" if match["mail"] else "https://" if match["www"] else ""
        out.append(entities.escape(line[at : match.start()]))
        out.append(
            f'<a href="{entities.escape(scheme + shown)}" target="_blank" rel="noopener noreferrer nofollow">'
            f"<bdi>{entities.escape(shown)}</bdi></a>"
        )
        at = match.start() + len(shown)
    return "".join([*out, entities.escape(line[at:])])


def fold_quotes(cleaned: str, label: str = "…") -> str:
    """Output of `clean` with the history below the reply inside a closed `<details class="quoted">`.

    `label` is the (translated) text of its summary. Unchanged when no history is found or nothing stands above it.
    """
    place = find_quoted(cleaned)
    if place is None:
        return cleaned
    end = place.end if place.end is not None else _parent_end(cleaned, place.start)
    above = cleaned[: place.start]
    if not to_text(above).strip() and "<img" not in above and not to_text(cleaned[end:]).strip():
        return cleaned
    head = f'<details class="quoted"><summary>{entities.escape(label)}</summary>'
    return f"{cleaned[: place.start]}{head}{cleaned[place.start : end]}</details>{cleaned[end:]}"


def _parent_end(cleaned: str, start: int) -> int:
    depth = 0
    for token in tokens(cleaned[start:]):
        if token.kind == "open" and token.name not in VOID:
            depth += 1
        elif token.kind == "close":
            depth -= 1
            if depth < 0:
                return start + token.start
    return len(cleaned)
