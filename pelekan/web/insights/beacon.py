"""Where pages that are the same for everybody tell what is read: opened, and how long it was in sight.

Nothing comes back but the mark. Who is not followed is answered alike and leaves nothing.
"""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from pelekan.knowledge.trail import steps
from pelekan.knowledge.trail.models import Place
from pelekan.lib.limits import Limit, TooMuch
from pelekan.lib.time import now as clock
from pelekan.web.footsteps import keep, mark
from pelekan.web.portal.doors import customer_in
from pelekan.web.portal.entrance import client

TOLD = Limit(240, timedelta(minutes=1))  # from one client address: an office reads behind one
PLACES = (Place.HELP, Place.PORTAL, Place.FORM, Place.WIDGET, Place.BOT, Place.COMMUNITY)


@csrf_exempt  # cached pages hold no token; the browser says itself that it is our page that speaks
@require_POST
def tell(request: HttpRequest) -> HttpResponse:
    """POST article=<translation id>, place=help, seconds=0 when it is opened, else how long it was in sight; searched=1
    when the page before was a list of answers. Always 204."""
    answer = HttpResponse(status=204)
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return answer
    known = mark(request)
    article, place, seconds = (
        request.POST.get("article", ""),
        request.POST.get("place", Place.HELP),
        request.POST.get("seconds", "0"),
    )
    if (
        not known
        or not article.isascii()
        or not article.isdigit()
        or len(article) > 12
        or place not in PLACES
    ):
        return keep(answer, request)
    now = clock()
    try:
        TOLD.take(client(request), now)
    except TooMuch:
        return answer
    steps.put(
        steps.Step(
            known,
            int(article),
            place,
            (request.POST.get("language") or get_language() or "en")[:2],
            now,
            min(int(seconds), steps.LONGEST)
            if seconds.isascii() and seconds.isdigit() and len(seconds) < 8
            else 0,
            customer_in(request),
            request.POST.get("searched") == "1",
        )
    )
    return keep(answer, request)
