"""My data: ask for the file, fetch it. Both only by whoever has just shown that it is he."""

from __future__ import annotations

from urllib.parse import quote

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from pelekan.lib.time import now as clock
from pelekan.people.models import Customer
from pelekan.tickets.models import Takeout
from pelekan.tickets.mydata import making
from pelekan.web.portal.doors import customers
from pelekan.web.portal.letting import proved_lately


@require_POST
@customers
def ask(request: HttpRequest, customer: Customer) -> HttpResponse:
    """Begin; it is told by mail when it is ready."""
    if not proved_lately(request):
        return confirm_first()
    making.ask(customer)
    return HttpResponseRedirect(reverse("portal_profile") + "#my-data")


@require_GET
@customers
def fetch(request: HttpRequest, customer: Customer) -> HttpResponseBase:
    """The file: his own newest, whoever asks; there is no address of anybody else's."""
    row = making.current(customer, clock())
    if row is None or row.state != Takeout.State.READY:
        raise Http404
    if not proved_lately(request):
        return confirm_first()
    path = making.folder() / row.path
    if not path.is_file():
        raise Http404
    return FileResponse(
        path.open("rb"), as_attachment=True, filename="my-data.zip", content_type="application/zip"
    )


def confirm_first(to: str = "portal_profile") -> HttpResponse:
    """To the page that asks for a fresh code, and from there to the page named `to`."""
    after = reverse(to) + ("#my-data" if to == "portal_profile" else "")
    return HttpResponseRedirect(reverse("portal_confirm") + "?next=" + quote(after))
