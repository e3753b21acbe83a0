"""The news as an Atom feed (RFC 4287)."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pelekan.knowledge.models import Section, Translation
from pelekan.lib.text import clean_controls
from pelekan.people.desk import sign
from pelekan.web.help import addresses
from pelekan.web.help.frame import in_language, public, reader_of
from pelekan.web.help.home import latest_news
from pelekan.web.help.shapes import card

MOST = 30


@require_safe
@in_language
def news(request: HttpRequest, language: str, slug: str = "") -> HttpResponse:
    """The latest release notes whole: readers of feeds need not come here for them. With `slug`, of one shelf and those
    below it: of one product."""
    found, path = latest_news(reader_of(request), language), reverse("help_feed", args=[language])
    title, page = (
        _("News from %(name)s") % {"name": sign().named(language)},
        reverse("help_news", args=[language]),
    )
    if slug:
        shelf = Section.objects.filter(slug=slug, archived_at=None).first()
        found = found.filter(Q(article__section=shelf) | Q(article__section__parent=shelf))
        if shelf is None or not found.exists():
            raise Http404
        title = _("%(subject)s: news from %(name)s") % {
            "subject": shelf.named(language),
            "name": sign().named(language),
        }
        path, page = reverse("help_section_feed", args=[language, slug]), addresses.section(language, slug)
    rows = list(found[:MOST])
    here = settings.BASE_URL + path
    changed = max(
        (row.published_at for row in rows if row.published_at), default=datetime(2000, 1, 1, tzinfo=UTC)
    )
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">',
        f"<title>{_text(title)}</title>",
        f"<id>{_text(here)}</id>",
        f'<link rel="self" type="application/atom+xml" href="{_text(here)}"/>',
        f'<link rel="alternate" type="text/html" href="{_text(settings.BASE_URL + page)}"/>',
        f"<updated>{changed.isoformat()}</updated>",
        f"<author><name>{_text(sign().named(language))}</name></author>",
        *(_entry(row) for row in rows),
        "</feed>",
    ]
    return public(request, HttpResponse("\n".join(parts), content_type="application/atom+xml; charset=utf-8"))


def _entry(row: Translation) -> str:
    version = row.published
    assert version is not None
    shape = card(row)
    address = settings.BASE_URL + addresses.article(row.language, row.pk, row.slug)
    first = shape["released_on"] or row.first_published_at
    changed = row.published_at or first
    assert first is not None
    assert changed is not None
    title = f"{version.title} ({shape['version']})" if shape["version"] else version.title
    body = version.body.replace('src="/', f'src="{settings.BASE_URL}/').replace(
        'href="/', f'href="{settings.BASE_URL}/'
    )
    return (
        f"<entry><title>{_text(title)}</title><id>{_text(settings.BASE_URL)}/help/a/{row.pk}</id>"
        f'<link href="{_text(address)}"/><published>{first.isoformat()}</published><updated>{changed.isoformat()}</updated>'
        f'<summary>{_text(version.summary)}</summary><content type="html">{_text(body)}</content></entry>'
    )


def _text(words: str) -> str:
    return escape(clean_controls(words))
