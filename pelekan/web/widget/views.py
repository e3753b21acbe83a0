"""What a site and its visitor's browser load: the script tag's loader, the frame, and the frame's parts."""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import mimetypes
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from pelekan.channels.chat import limits
from pelekan.channels.chat.sites import frame_ancestors, sites_of
from pelekan.tickets import forms
from pelekan.tickets.models import Inbox
from pelekan.web.middleware import CSP
from pelekan.web.widget.door import LANGUAGES, inbox_of, language_of
from pelekan.web.widget.helping import home_of
from pelekan.web.widget.words import words

STATIC = Path(settings.PACKAGE) / "web" / "static"
PARTS = {
    "widget.js": "js/widget.js",
    "widget-chat.js": "js/widget-chat.js",
    "widget-desk.js": "js/widget-desk.js",
    "widget-session.js": "js/widget-session.js",
    "widget-screens.js": "js/widget-screens.js",
    "widget-store.js": "js/widget-store.js",
    "widget-report.js": "js/widget-report.js",
    "widget-steps.js": "js/widget-steps.js",
    "widget-bot.js": "js/widget-bot.js",
    "widget-view.js": "js/widget-view.js",
    "widget-help.js": "js/widget-help.js",
    "widget-host.js": "js/widget-host.js",
    "live.js": "js/live.js",
    "widget.css": "css/widget.css",
}
LATER = frozenset({"widget-report.js"})
"""Parts that the frame fetches when somebody opens what they are for."""
FRESH_FOR = 300  # seconds that a change of an inbox may take to reach visitors
ELSEWHERE = {"Cross-Origin-Resource-Policy": "cross-origin"}  # sites that isolate themselves may load it too


@require_safe
def loader(request: HttpRequest, key: str) -> HttpResponse:
    """The script of the tag on the site."""
    inbox = inbox_of(key)
    if inbox is None:
        text = 'console.error("Pelekan: there is no chat with this key. Copy the script tag anew from its settings.");'
        return HttpResponse(
            text, status=404, content_type="text/javascript; charset=utf-8", headers=ELSEWHERE
        )
    config: dict[str, Any] = {
        "key": inbox.key,
        "colour": colour(inbox),
        "ink": ink_on(colour(inbox)),
        "language": inbox.language,
        "sites": sites_of(inbox.sites),
        "words": {},
    }
    for language in LANGUAGES:
        with translation.override(language):
            config["words"][language] = [_("Chat with us"), _("Close the chat")]
    body = _lean("js/widget-loader.js") + "(" + json.dumps(config, ensure_ascii=False) + ");\n"
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8", headers=ELSEWHERE)
    return _fresh(request, response)


@require_safe
def frame(request: HttpRequest, key: str) -> HttpResponse:
    """The page inside the frame: the same for every visitor of a language, so browsers may keep it."""
    inbox = inbox_of(key)
    if inbox is None:
        raise Http404
    language = language_of(request, inbox)
    with translation.override(language):
        config = {
            "key": inbox.key,
            "name": inbox.name if language == inbox.language else _("Chat with us"),
            "base": reverse("widget-hello", args=[key]).removesuffix("hello"),
            "portal": reverse("home") + "portal/",
            "language": language,
            "colour": colour(inbox),
            "ink": ink_on(colour(inbox)),
            "sites": sites_of(inbox.sites),
            "greeting": _in(language, inbox.greeting) or _("Hello, how can we help?"),
            "questions": _questions(inbox, language),
            "longest": limits.LONGEST_TEXT,
            "largest": min(limits.LARGEST_FILE, settings.MAX_UPLOAD),
            "most_files": limits.FILES_PER_MESSAGE,
            "words": words(),
            "home": home_of(inbox.pk, language),
        }
        page = {
            "lang": language,
            "dir": "rtl" if language in ("fa", "ar") else "ltr",
            "inbox": {"name": inbox.name, "colour": config["colour"]},
            "config": config,
            "parts": f"/widget/parts/{version()}/",
        }
        response = render(request, "widget/frame.html", page)
    response["Content-Security-Policy"] = CSP.format(ancestors=frame_ancestors(inbox.sites))
    response["Content-Language"] = language
    for name, value in ELSEWHERE.items():
        response[name] = value
    return _fresh(request, response)


@require_safe
def part(request: HttpRequest, version: str, name: str) -> HttpResponse:
    """A script or style of the frame. Its address holds the version, so it is kept for good."""
    if name not in PARTS:
        raise Http404
    plain, packed = _packed(name)
    kind = mimetypes.types_map["." + name.rpartition(".")[2]]
    squeeze = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(packed if squeeze else plain, content_type=f"{kind}; charset=utf-8")
    if squeeze:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = (
        "public, max-age=31536000, immutable" if version == globals()["version"]() else "no-cache"
    )
    return response


@functools.cache
def version() -> str:
    """A name for these very parts."""
    digest = hashlib.sha256()
    for name in PARTS:
        digest.update(_packed(name)[0])
    return digest.hexdigest()[:12]


@functools.cache
def _packed(name: str) -> tuple[bytes, bytes]:
    plain = _lean(PARTS[name]).encode()
    return plain, gzip.compress(plain, 9, mtime=0)


@functools.cache
def _lean(path: str) -> str:
    """The source without indentation and whole-line comments; what a line says is left as it is."""
    text = (STATIC / path).read_text(encoding="utf-8")
    if path.endswith(".css"):
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    else:
        text = re.sub(r"^\s*/\*\*.*?\*/$", "", text, flags=re.DOTALL | re.MULTILINE)
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _fresh(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Kept for minutes, then asked for again by its ETag."""
    tag = f'W/"{hashlib.sha256(response.content).hexdigest()[:20]}"'
    cache = f"public, max-age={FRESH_FOR}, stale-while-revalidate=86400"
    if tag in request.headers.get("If-None-Match", ""):
        same = HttpResponseNotModified(headers={"ETag": tag, "Cache-Control": cache, **ELSEWHERE})
        if policy := response.get("Content-Security-Policy"):
            same["Content-Security-Policy"] = policy
        return same
    response["ETag"], response["Cache-Control"] = tag, cache
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = gzip.compress(response.content, 6, mtime=0)
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    return response


def colour(inbox: Inbox) -> str:
    """The inbox's colour, or ours where it cannot be read: it goes into a style."""
    return inbox.colour if re.fullmatch(r"#[0-9a-fA-F]{6}", inbox.colour) else "#0f766e"


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on `colour` (WCAG 2 contrast)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if 1.05 / (light + 0.05) >= (light + 0.05) / 0.06 else "#16130f"


def _in(language: str, texts: Any) -> str:
    """The text in this language, else in any that there is."""
    if not isinstance(texts, dict):
        return str(texts or "")
    return str(texts.get(language) or next((t for t in texts.values() if t), ""))


def _questions(inbox: Inbox, language: str) -> list[dict[str, Any]]:
    """The questions before a chat, in this language."""
    return [
        {
            "name": one["name"],
            "label": forms.in_words(one.get("label"), language, one["name"]),
            "kind": forms.kind_of(one),
            "required": bool(one.get("required")),
            "options": _answers(one, language),
            **({"show_if": one["show_if"]} if one.get("show_if") else {}),
        }
        for one in forms.asked(inbox.questions)
    ]


def _answers(one: forms.Question, language: str) -> list[dict[str, str]]:
    """What one chooses from; what an answer means stays here."""
    if forms.kind_of(one) == "yes_no":
        return [
            {"value": "yes", "label": pgettext("answer", "Yes")},
            {"value": "no", "label": pgettext("answer", "No")},
        ]
    if forms.kind_of(one) != "choice":
        return []
    options = [option for option in one.get("options") or () if isinstance(option, dict)]
    return [
        {
            "value": str(option.get("value", "")),
            "label": forms.in_words(option.get("label"), language, str(option.get("value", ""))),
        }
        for option in options
    ]
