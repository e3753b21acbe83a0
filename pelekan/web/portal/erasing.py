"""To be erased: what goes, what stays and why; asking for it, and changing one's mind."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pelekan.people.models import Customer
from pelekan.tickets.erasing import asking
from pelekan.tickets.models import Erasure
from pelekan.tickets.shaping import CannotBe
from pelekan.web.portal.doors import customers, portal_page
from pelekan.web.portal.letting import proved_lately
from pelekan.web.portal.mydata import confirm_first


@require_http_methods(["GET", "POST"])
@customers
def erase(request: HttpRequest, customer: Customer) -> HttpResponse:
    """The page that says it, and the wish itself: only by whoever has just shown that it is he."""
    if not proved_lately(request):
        return confirm_first("portal_erase")
    if asking.waits(customer):
        return HttpResponseRedirect(reverse("portal_profile") + "#my-data")  # there it stands how far it is
    error = ""
    if request.method == "POST":
        if request.POST.get("sure") == "yes":
            try:
                asking.ask(customer, by=customer)
                return HttpResponseRedirect(reverse("portal_profile") + "#my-data")
            except CannotBe as refused:
                error = refused.text
        else:
            error = _("Tick the box first: what is erased can't be brought back.")
    open_ones = list(asking.open_requests(customer)[:10])
    return portal_page(
        request, "portal/erase.html", section="portal_profile", status=422 if error else 200, error=error, open=open_ones,
        writes_in_public=hasattr(customer, "member"),
    )  # fmt: skip


@require_POST
@customers
def keep(request: HttpRequest, customer: Customer) -> HttpResponse:
    """He withdraws it; where it is being done already the profile is gone, too."""
    asking.withdraw(customer)
    return HttpResponseRedirect(reverse("portal_profile") + "#my-data")


def shape(customer: Customer) -> dict[str, Any] | None:
    """How his wish stands, for the profile: {"state", "asked_at", "because"}; None where there is nothing to say."""
    row = asking.current(customer)
    if row is None or row.state in (Erasure.State.WITHDRAWN, Erasure.State.DONE):
        return None
    return {"state": row.state, "asked_at": row.asked_at, "because": row.because}
