"""Whether a version can go out to readers."""

from __future__ import annotations

from django.utils.translation import gettext as _

from pelekan.knowledge import outlines
from pelekan.knowledge.models import Article, ArticleKind, Version
from pelekan.lib.html import to_text


def missing(article: Article, version: Version) -> str:
    """What it lacks, as a sentence; "" when it may go out."""
    if article.archived_at is not None:
        return _("The article is archived. Bring it back first.")
    data = version.data
    if article.kind == ArticleKind.STEPS and not data.get("steps"):
        return _("There is no step yet.")
    if article.kind == ArticleKind.VIDEO and not (data.get("url") or data.get("file")):
        return _("There is no video yet: choose a file, or give its address.")
    if article.kind == ArticleKind.RELEASE and not data.get("version"):
        return _("Say which version the release note is of.")
    if article.kind == ArticleKind.TREE and outlines.check(data):
        return _("The tree is not complete: look at what is said beside it.")
    if article.kind in (ArticleKind.TEXT, ArticleKind.FAQ, ArticleKind.RELEASE) and not (
        to_text(version.body).strip() or "<img" in version.body
    ):
        return _("There is no text yet.")
    return ""
