"""What programs that index the web are told: which pages there are, in which languages; and what they need not look at."""

from __future__ import annotations

from html import escape

from django.conf import settings
from django.db.models import Max, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from pelekan.knowledge.models import Section, Translation
from pelekan.knowledge.readers import ANYONE
from pelekan.web.help import addresses
from pelekan.web.help.frame import public

PIECE = 16_000  # articles in a file: with three languages each it stays below the protocol's 50,000 addresses
XML = "application/xml; charset=utf-8"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """All of it, or above the protocol's limit a list of its parts. Only what everyone may read, whoever asks."""
    parts = _parts()
    if parts <= 1:
        return public(request, HttpResponse(_file(1), content_type=XML))
    rows = "".join(
        f"<sitemap><loc>{escape(settings.BASE_URL + reverse('sitemap_part', args=[number]))}</loc></sitemap>"
        for number in range(1, parts + 1)
    )
    return public(
        request,
        HttpResponse(
            f'{_HEAD}<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>',
            content_type=XML,
        ),
    )


@require_safe
def part(request: HttpRequest, number: int) -> HttpResponse:
    """One of the files."""
    if not 1 <= number <= max(1, _parts()):
        raise Http404
    return public(request, HttpResponse(_file(number), content_type=XML))


def _parts() -> int:
    """By the numbers of articles, so that a file holds all languages of one, and nothing has to be counted."""
    ends = Translation.objects.readable_by(ANYONE).aggregate(first=Min("article"), last=Max("article"))
    if ends["first"] is None:
        return 0
    return (int(ends["last"]) - 1) // PIECE + 1


def _file(number: int) -> str:
    rows = (
        Translation.objects.readable_by(ANYONE)
        .filter(
            article__gt=(number - 1) * PIECE, article__lte=number * PIECE, article__section__archived_at=None
        )
        .order_by("article", "language")
        .values_list("article", "pk", "language", "slug", "published_at")
    )
    together: dict[int, list[tuple[str, str, str]]] = {}
    for article, pk, language, slug, at in rows.iterator(chunk_size=2_000):
        address = escape(settings.BASE_URL + addresses.article(language, pk, slug))
        together.setdefault(article, []).append((language, address, at.isoformat() if at else ""))
    entries = [_fixed()] if number == 1 else []
    for same in together.values():
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{language}" href="{address}"/>'
            for language, address, _at in same
        )
        for _language, address, changed_at in same:
            changed = f"<lastmod>{changed_at}</lastmod>" if changed_at else ""
            entries.append(f"<url><loc>{address}</loc>{changed}{links if len(same) > 1 else ''}</url>")
    return f"{_HEAD}<urlset {_SPACES}>{''.join(entries)}</urlset>"


def _fixed() -> str:
    """The front pages, the news, and the shelves on which something stands."""
    found = []
    public_ones = Translation.objects.readable_by(ANYONE)
    slugs = dict(Section.objects.filter(archived_at=None).values_list("pk", "slug"))
    full = (
        public_ones.values_list("language", "article__section")
        .distinct()
        .order_by("language", "article__section")
    )
    for language in dict.fromkeys(row[0] for row in full):
        found += [addresses.home(language), reverse("help_news", args=[language])]
    found += [addresses.section(language, slugs[pk]) for language, pk in full if pk in slugs]
    return "".join(f"<url><loc>{escape(settings.BASE_URL + path)}</loc></url>" for path in found)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """The help centre and the community are for everyone; searches, the portal and the desk are nothing to index."""
    lines = ["User-agent: *"]
    lines += [
        f"Disallow: {path}"
        for path in ("/desk/", "/portal/", "/accounts/", "/api/", "/widget/", "/files/", "/s/")
    ]
    for language in addresses.LANGUAGES:
        lines += [f"Disallow: /help/{language}/{path}/" for path in ("search", "suggest", "go")]
    lines += [
        f"Disallow: /community/{language}/{path}/"
        for language in addresses.LANGUAGES
        for path in ("search", "ask", "posts", "off", "people")
    ]
    lines += [
        "",
        f"Sitemap: {settings.BASE_URL}/sitemap.xml",
        f"Sitemap: {settings.BASE_URL}/community/sitemap.xml",
        "",
    ]
    return public(request, HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8"))
