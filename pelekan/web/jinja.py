"""The Jinja2 environment: the few names that every template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment

from pelekan.lib.text import direction, initials
from pelekan.people.desk import sign
from pelekan.web.reading import Reading


def environment(**options: Any) -> Environment:
    """Made once by Django's Jinja2 backend."""
    env = Environment(
        **{
            **options,
            "trim_blocks": True,
            "lstrip_blocks": True,
            "autoescape": True,
        },
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext, translation.ngettext, newstyle=True,
        pgettext=translation.pgettext, npgettext=translation.npgettext,
    )  # fmt: skip
    env.globals.update(url=url, static=static)
    env.filters.update(direction=direction, initials=initials)
    return env


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named page."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def page(request: HttpRequest) -> dict[str, Any]:
    """What every page knows: its language and direction, whose eyes it is for, his calendar and his taste."""
    language = translation.get_language() or "en"
    return {
        "lang": language,
        "dir": "rtl" if language in ("fa", "ar") else "ltr",
        "dates": Reading(request.dates) if hasattr(request, "dates") else None,
        "me": getattr(request, "me", None),
        "theme": getattr(request, "theme", "auto"),
        "brand": {"name": sign().name, "logo_url": ""},
        "density": getattr(request, "density", "comfortable"),
        "languages": settings.LANGUAGES,
        "here": request.get_full_path() if request.method == "GET" else request.path,
    }
