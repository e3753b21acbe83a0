"""The front door: sends everyone where he belongs."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from pelekan.channels.pulse import pulse
from pelekan.people import setup
from pelekan.web.help.home import choose, open_to_all
from pelekan.web.paths import own_path


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The team to the desk, customers to their requests, everybody else to the help centre, once it has something to read."""
    if request.agent:  # type: ignore[attr-defined]
        return HttpResponseRedirect("/desk/")
    if setup.needed():
        return HttpResponseRedirect("/setup/")
    if request.user.is_authenticated or not open_to_all():
        return HttpResponseRedirect("/portal/")
    return choose(request)


@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Only up or down; details are for those who are signed in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "up"})


@require_GET
def health_of_work(request: HttpRequest) -> HttpResponse:
    """Only up (200) or down (503): whether workers are seen and none of them hangs."""
    up = pulse().well
    answer = JsonResponse({"status": "up" if up else "down"}, status=200 if up else 503)
    answer._has_been_logged = True  # type: ignore[attr-defined]  # asked every minute: no fault of the page
    return answer


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language of the pages; a signed-in user keeps it."""
    chosen = request.POST.get("language", "")
    back = own_path(request.POST.get("next", "/"), "/")
    response = HttpResponseRedirect(back)
    if chosen in [code for code, _name in settings.LANGUAGES]:
        response.set_cookie("language", chosen, max_age=31536000, samesite="Lax", secure=settings.SECURE)
        if request.user.is_authenticated and request.user.language != chosen:
            request.user.language = chosen
            request.user.save(update_fields=["language"])
    return response
