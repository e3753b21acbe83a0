"""The Jinja2 environment: the few names that every template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.backends import jinja2 as backend
from django.templatetags.static import static
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from jinja2 import Environment
from markupsafe import Markup

from pelekan.lib.text import direction, initials
from pelekan.people.desk import sign
from pelekan.web.compiled import keep
from pelekan.web.folding import KIT, Folding, kept
from pelekan.web.icons import draw
from pelekan.web.paths import url
from pelekan.web.reading import Reading


class Templates(backend.Jinja2):
    """Django's Jinja2 with one environment for each language; a template comes in the language that is on."""

    @property
    def env(self) -> Environment:
        language = translation.get_language() or "en"
        found = self._environments.get(language)
        if found is None:
            # an overlay shares loader and filters, but keeps to itself what it compiled
            found = self._common.overlay()
            keep(found, language)
            found.globals = {**self._common.globals}
            found.globals["ui"] = found.get_template(KIT).module
            self._environments[language] = found
        return found

    @env.setter
    def env(self, made: Environment) -> None:
        self._common = made
        self._environments: dict[str, Environment] = {}


class House(Environment):
    code_generator_class = Folding

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`row.name` of a plain row is what stands under "name": Jinja would first look for a method of all dicts."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def environment(**options: Any) -> Environment:
    """Made once by Django's Jinja2 backend."""
    env = House(
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
    env.globals.update(url=url, static=static, draw=draw, translated=translation.gettext)
    env.globals.update(translated_in=translation.pgettext)
    env.filters.update(direction=direction, initials=initials, kept=kept)
    return env


class Proof:
    """The hidden field that shows that a form came from our own page."""

    def __init__(self, token: object) -> None:
        self.token = token

    def __html__(self) -> str:
        return Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">').format(self.token)

    __str__ = __html__


def brand(language: str) -> dict[str, str]:
    """How the house shows itself to readers of this language: {name, greeting, logo_url, look (the address of its colours)}."""
    house = sign()
    face = house.face
    return {
        "name": house.named(language), "greeting": face.greetings.get(language, ""),
        "logo_url": url("brand_logo", face.mark) if face.logo else "",
        "look": url("brand_look", face.colour[1:]) if face.colour else "",
    }  # fmt: skip


def page(request: HttpRequest) -> dict[str, Any]:
    """What every page knows: its language and direction, whose eyes it is for, his calendar and his taste."""
    language = translation.get_language() or "en"
    token = SimpleLazyObject(lambda: get_token(request))  # once a page: each new mask takes a while
    return {
        # a page for everybody holds nothing of this browser's, so that it can be kept
        "csrf_token": token if not getattr(request, "for_all", False) else "",
        "csrf_input": Proof(token) if not getattr(request, "for_all", False) else "",
        "lang": language,
        "dir": "rtl" if language in ("fa", "ar") else "ltr",
        "dates": Reading(request.dates) if hasattr(request, "dates") else None,
        "me": getattr(request, "me", None),
        "theme": getattr(request, "theme", "auto"),
        "brand": brand(language),
        "density": getattr(request, "density", "comfortable"),
        "languages": settings.LANGUAGES,
        "here": request.get_full_path() if request.method == "GET" else request.path,
    }
