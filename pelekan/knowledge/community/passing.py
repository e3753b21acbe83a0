"""From the community into the desk's work: an article of what was solved here, a request of what only the team can solve."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from pelekan.knowledge import actions as articles
from pelekan.knowledge.community import marks
from pelekan.knowledge.community.anonymous import anonymous
from pelekan.knowledge.community.models import Post, Readers, State, Topic
from pelekan.knowledge.models import Article, ArticleKind, Section, Translation, Visibility
from pelekan.knowledge.models import Picture as ArticlePicture
from pelekan.lib import files
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets import actions as tickets
from pelekan.tickets.events import action, record
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Inbox, Ticket
from pelekan.tickets.shaping import CannotBe

SEEN_BY = {
    Readers.EVERYONE: Visibility.PUBLIC,
    Readers.CUSTOMERS: Visibility.CUSTOMERS,
    Readers.GROUPS: Visibility.GROUPS,
}


@action
def make_article(topic: Topic, section: Section, *, by: Agent, now: datetime | None = None) -> Translation:
    """A draft with the question and its accepted (else its best) answer, without names, and a link back. Whoever read the
    topic may read the article, nobody else. A topic gives one article: a second time the same draft comes back."""
    now = now or clock()
    topic = Topic.objects.select_for_update(of=("self",)).select_related("space").get(pk=topic.pk)
    if topic.article_id and (known := Translation.objects.filter(article=topic.article_id).first()):
        return known
    names = _names(topic)
    made = articles.begin(
        section, language=topic.language, title=anonymous(topic.title, names), kind=ArticleKind.FAQ,
        visibility=SEEN_BY[Readers(topic.space.read)], by=by, now=now, owner=by,
    )  # fmt: skip
    made.article.groups.set(topic.space.groups.all() if topic.space.read == Readers.GROUPS else [])
    body = "\n".join(_part(made.article, post, names, by) for post in _chosen(topic))
    page = reverse("community_topic", args=[topic.language, topic.pk, topic.slug])
    with translation.override(topic.language):
        back = _("From the community: %(title)s") % {"title": anonymous(topic.title, names)}
    body += f'\n<p dir="auto"><a href="{escape(page)}">{escape(back)}</a></p>'
    made = articles.write(
        made.article, language=topic.language, title=anonymous(topic.title, names), body=body, by=by, now=now
    )
    topic.article, topic.changed_at = made.article, now
    topic.save(update_fields=["article", "changed_at"])
    record(
        "topic.article_made",
        by=by,
        at=now,
        topics=["desk"],
        topic=topic.pk,
        space=topic.space_id,
        article=made.article_id,
    )
    return made


def _chosen(topic: Topic) -> list[Post]:
    first = topic.posts.filter(first=True, state=State.SHOWN).first()
    answers = topic.posts.filter(first=False, parent=None, state=State.SHOWN)
    best = answers.filter(pk=topic.accepted_id or 0).first() or answers.order_by("-votes", "at").first()
    return [one for one in (first, best) if one is not None]


def _names(topic: Topic) -> list[str]:
    """What the people of this topic are called, here and at home."""
    found: list[str] = []
    for post in topic.posts.filter(member__isnull=False).select_related("member__customer"):
        if post.member is not None:
            found += [post.member.name, post.member.customer.name, *post.member.customer.name.split()]
    return found


def _part(article: Article, post: Post, names: list[str], by: Agent) -> str:
    html = marks.to_html(anonymous(post.source, names))
    for picture in post.pictures.all():
        old = f"{marks.PICTURES}{picture.token}/"
        if old not in html:
            continue
        bytes_ = files.stored_path(picture.path, settings.MEDIA_ROOT).read_bytes()
        kept = files.store(bytes_, Path(settings.MEDIA_ROOT))
        name = f"picture-{picture.pk}.webp"
        own = ArticlePicture.objects.create(
            article=article,
            name=name,
            kind=picture.kind,
            sha256=kept.sha256,
            size=kept.size,
            path=kept.path,
            added_by=by,
        )
        html = html.replace(old, f"/help/files/{own.pk}/{name}")
    return html


@action
def make_ticket(topic: Topic, *, by: Agent, now: datetime | None = None) -> Ticket:
    """A private request of what the asker wrote; he sees it in his portal, everybody else only that the team took it up.
    A topic gives one request. CannotBe where nobody asked, or requests can't be made."""
    now = now or clock()
    topic = (
        Topic.objects.select_for_update(of=("self",)).select_related("begun_by__customer").get(pk=topic.pk)
    )
    if topic.ticket is not None:
        return topic.ticket
    inbox = Inbox.objects.filter(channel="portal", archived_at=None).order_by("pk").first()
    first = topic.posts.filter(first=True).first()
    if topic.begun_by is None or first is None:
        raise CannotBe("", _("This topic was begun by the team: there is nobody to answer to."))
    if inbox is None:
        raise CannotBe("", _("There is no inbox for the portal. An admin can make one in the settings."))
    message = tickets.receive(
        Incoming(
            inbox_id=inbox.pk, channel="portal", customer_id=topic.begun_by.customer_id, text=first.text, subject=topic.title,
            language=topic.language, client_id=f"community-{topic.pk}", context={"topic": topic.pk},
        ),
        now=now,
    )  # fmt: skip
    topic.ticket, topic.changed_at = message.ticket, now
    topic.save(update_fields=["ticket", "changed_at"])
    record("topic.ticket_made", message.ticket, by=by, at=now, topic=topic.pk, space=topic.space_id)
    return message.ticket
