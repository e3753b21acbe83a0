"""The link of a card of the bot's: counted, and on to the article, where who reads is asked as always."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from pelekan.knowledge.models import Translation
from pelekan.knowledge.trail import walking
from pelekan.knowledge.trail.models import Offer, Place


@require_safe
def read(request: HttpRequest, secret: str, pk: int) -> HttpResponse:
    """To the article of this card. What the secret does not offer is not there."""
    offer = (
        Offer.objects.filter(secret=walking.key_of(secret), place=Place.BOT).first()
        if len(secret) < 80
        else None
    )
    row = Translation.objects.select_related("article").filter(pk=pk).first()
    if offer is None or row is None or not offer.articles.filter(pk=row.article_id).exists():
        raise Http404
    if request.method == "GET":
        walking.clicked(offer)
    response = HttpResponseRedirect(address_of(row))
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response


def address_of(row: Translation) -> str:
    """The public page of an article in one language."""
    try:
        return reverse("help_article", args=[row.language, row.pk, row.slug])
    except NoReverseMatch:
        return f"/help/{row.language}/a/{row.pk}-{row.slug}/"
