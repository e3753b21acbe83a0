"""The house's own colour and logo, for customers' pages. Everybody may have them: they stand on the sign-in page too."""

from __future__ import annotations

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from pelekan.lib import files, hues
from pelekan.people.desk import sign

FOR_GOOD = "public, max-age=31536000, immutable"


@require_safe
def look(request: HttpRequest, colour: str) -> HttpResponse:
    """The shades of the house's colour as a style. Its address holds the colour, so it is kept for good. Who asks for more
    contrast keeps the shades made for that."""
    if f"#{colour}" != sign().face.colour:
        raise Http404
    shades = "".join(
        f"--{name}: light-dark({day}, {night});" for name, (day, night) in hues.shades(f"#{colour}").items()
    )
    style = f'@media not (prefers-contrast: more) {{ :root:not([data-theme="contrast"]) {{ {shades} }} }}\n'
    return HttpResponse(style, content_type="text/css; charset=utf-8", headers={"Cache-Control": FOR_GOOD})


@require_safe
def logo(request: HttpRequest, mark: str) -> HttpResponseBase:
    """The logo; its address holds a mark of its bytes."""
    face = sign().face
    if not face.logo or mark != face.mark:
        raise Http404
    try:
        source = files.stored_path(face.logo, settings.MEDIA_ROOT).open("rb")
    except (OSError, ValueError):
        raise Http404 from None
    return FileResponse(source, content_type="image/webp", headers={"Cache-Control": FOR_GOOD})
