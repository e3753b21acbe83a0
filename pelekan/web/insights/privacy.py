"""What is kept of whoever visits, in plain words: the privacy page of the help centre."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from pelekan.knowledge.trail.habits import habits
from pelekan.lib.text import isolate
from pelekan.web.admin.footsteps import stored
from pelekan.web.help.addresses import LANGUAGES
from pelekan.web.help.frame import in_language, page
from pelekan.web.reading import Reading


@require_safe
@in_language
def privacy(request: HttpRequest, language: str) -> HttpResponse:
    """Follows the settings: it says what is so now."""
    kept = habits()
    dates = Reading(request.dates)  # type: ignore[attr-defined]

    def days(number: int) -> str:
        return ngettext("%(num)s day", "%(num)s days", number) % {"num": isolate(dates.digits(number))}

    path = {code: reverse("help_privacy", args=[code]) for code in LANGUAGES}
    return page(
        request, "help/privacy.html", language, keep=False, path=path[language], others=path, title=_("What we keep of your visit"),
        summary=_("What we keep of your visit"), on=kept.on, stored=stored(), keep_days=days(kept.keep_days),
        mark_days=days(kept.mark_days), hold_out=dates.digits(kept.hold_out) if kept.hold_out else "",
    )  # fmt: skip
