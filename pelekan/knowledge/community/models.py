"""Spaces, topics, what is said in them, and by whom. Written only by the actions beside; every read begins with whose eyes
it is for (`Topic.objects.readable_by`, `Post.objects.readable_by`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pelekan.knowledge.models import Article
from pelekan.lib.time import now
from pelekan.people.models import Agent, Customer, CustomerGroup, Language
from pelekan.tickets.models import Ticket

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from pelekan.knowledge.readers import Reader


class Rules(models.Model):
    """How the desk keeps its community, in one row with the number 1; see `community.keeping.rules`."""

    trust_after = models.PositiveSmallIntegerField(default=2)  # approved posts, then nobody looks before
    edit_minutes = models.PositiveSmallIntegerField(default=60)  # how long an author may change what he said
    unanswered_hours = models.PositiveSmallIntegerField(default=24)  # then the managers are told; 0: never
    words = models.JSONField(default=list, blank=True)  # posts with one of these wait for a look
    most_links = models.PositiveSmallIntegerField(default=3)  # of who is trusted; with more somebody looks
    usual_posts = models.PositiveSmallIntegerField(
        default=4
    )  # of one member in ten minutes; more are looked at
    most_posts = models.PositiveSmallIntegerField(default=15)  # then no more are taken for a while
    network_posts = models.PositiveSmallIntegerField(default=60)  # from one address in an hour
    hide_after = models.PositiveSmallIntegerField(default=3)  # reports; then it waits for a look; 0: never


class Readers(models.TextChoices):
    EVERYONE = "public", _("Everyone")
    CUSTOMERS = "customers", _("Signed-in customers")
    GROUPS = "groups", _("Certain groups of customers")


class Writers(models.TextChoices):
    CUSTOMERS = "customers", _("Customers ask and answer")
    ANSWERS = "answers", _("The team begins topics, customers answer")
    TEAM = "team", _("The team only")


class Spaces(models.QuerySet["Space"]):
    def readable_by(self, reader: Reader) -> QuerySet[Space]:
        """What `reader` may read: the one gate of pages, search, feeds, the sitemap and notices."""
        rows = self.filter(archived_at=None)
        if reader.level is not None:
            return rows
        seen = Q(read=Readers.EVERYONE)
        if reader.customer is not None:
            seen |= Q(read=Readers.CUSTOMERS)
            seen |= Q(read=Readers.GROUPS, pk__in=_of_groups(reader))
        return rows.filter(seen)


def _of_groups(reader: Reader) -> QuerySet[Space, int]:
    live = CustomerGroup.objects.filter(pk__in=reader.group_ids, archived_at=None)
    return Space.objects.filter(groups__in=live).values_list("pk", flat=True)


class Space(models.Model):
    """A room with a subject of its own."""

    slug = models.SlugField(max_length=80, unique=True, allow_unicode=True)
    names = models.JSONField(default=dict)  # language → name
    descriptions = models.JSONField(default=dict, blank=True)  # language → a sentence
    read = models.CharField(max_length=9, choices=Readers.choices, default=Readers.EVERYONE)
    groups = models.ManyToManyField(CustomerGroup, blank=True, related_name="spaces")  # for GROUPS
    write = models.CharField(max_length=9, choices=Writers.choices, default=Writers.CUSTOMERS)
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = Spaces.as_manager()

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.named("en")

    def named(self, language: str) -> str:
        """Its name in this language, else in any that there is."""
        return self.names.get(language) or next(filter(None, self.names.values()), self.slug)

    def described(self, language: str) -> str:
        return self.descriptions.get(language) or next(filter(None, self.descriptions.values()), "")


class Member(models.Model):
    """The public face of a customer: a name that he chose, never his address."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, related_name="member")
    name = models.CharField(max_length=30)
    folded = models.CharField(max_length=60, unique=True)  # names that look alike are the same name
    about = models.CharField(max_length=200, blank=True)
    joined_at = models.DateTimeField(default=now)
    approved = models.PositiveIntegerField(default=0)  # posts that stand in the open
    mails = models.BooleanField(default=True)  # False: no mail from the community at all
    blocked_at = models.DateTimeField(null=True, blank=True)
    blocked_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    blocked_because = models.CharField(max_length=250, blank=True)

    def __str__(self) -> str:
        return self.name


class Kind(models.TextChoices):
    QUESTION = "question", _("Question")
    DISCUSSION = "discussion", _("Discussion")
    IDEA = "idea", _("Idea")


class State(models.TextChoices):
    SHOWN = "shown", pgettext_lazy("post", "Shown")
    WAITING = "waiting", _("Waits for a look")
    REFUSED = "refused", pgettext_lazy("post", "Refused")
    DELETED = "deleted", pgettext_lazy("post", "Deleted")


class Topics(models.QuerySet["Topic"]):
    def readable_by(self, reader: Reader) -> QuerySet[Topic]:
        """What stands in the open and may be read by `reader`. Agents read what waits on pages of their own."""
        return self.filter(
            state=State.SHOWN, merged_into=None, space__in=Space.objects.readable_by(reader)
        ).select_related("space")


class Topic(models.Model):
    """A question, a discussion or an idea. Its own words are its first post."""

    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="topics")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.QUESTION)
    language = models.CharField(max_length=2, choices=Language.choices)
    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=160, allow_unicode=True)  # for the eye: addresses hold the id
    state = models.CharField(max_length=8, choices=State.choices, default=State.SHOWN)  # its first post's
    begun_by = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="topics"
    )
    accepted = models.OneToOneField(
        "Post", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answers = models.PositiveIntegerField(default=0)  # shown ones
    votes = models.IntegerField(default=0)  # of the first post
    begun_at = models.DateTimeField(default=now)
    last_at = models.DateTimeField(default=now)  # somebody wrote
    changed_at = models.DateTimeField(default=now)  # anything of its page changed: for caches
    locked_at = models.DateTimeField(null=True, blank=True)
    pinned_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="merged"
    )
    duplicate_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    article = models.ForeignKey(Article, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    told_at = models.DateTimeField(null=True, blank=True)  # the managers heard that nobody answers

    objects = Topics.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["space", "-last_at"], name="topic_latest"),
            models.Index(
                fields=["begun_at"],
                name="topic_unanswered",
                condition=Q(state="shown", kind="question", answers=0, merged_into=None),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Posts(models.QuerySet["Post"]):
    def readable_by(self, reader: Reader) -> QuerySet[Post]:
        """What stands in the open, in topics that `reader` may read, under posts that stand in the open."""
        return self.filter(state=State.SHOWN, topic__in=Topic.objects.readable_by(reader)).exclude(
            parent__isnull=False, parent__state__in=[State.WAITING, State.REFUSED]
        )


class Post(models.Model):
    """What somebody said: the topic's own words (`number` 1), an answer, or a comment on one of both (`parent`)."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="posts")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="comments"
    )
    first = models.BooleanField(default=False)
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="posts")
    agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    as_desk = models.BooleanField(default=False)  # an agent who speaks with the desk's name
    source = models.TextField()  # as it was written; see community.marks
    html = models.TextField()  # safe, as community.marks made it
    text = models.TextField()  # plain: what is searched and quoted
    folded = models.TextField(blank=True)  # for the likeness of floods
    state = models.CharField(max_length=8, choices=State.choices, default=State.SHOWN)
    reasons = models.JSONField(default=list, blank=True)  # why it waits; see community.sifting
    refused_because = models.CharField(max_length=250, blank=True)
    votes = models.IntegerField(default=0)
    client_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(default=now)
    edited_at = models.DateTimeField(null=True, blank=True)

    objects = Posts.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["topic"], condition=Q(first=True), name="topic_begins_once"),
            models.UniqueConstraint(
                fields=["member", "client_id"], condition=~Q(client_id=""), name="post_sent_once"
            ),
        ]
        indexes = [
            models.Index(fields=["topic", "at"], name="post_topic"),
            models.Index(fields=["member", "-at"], name="post_member"),
            models.Index(fields=["at"], name="post_waiting", condition=Q(state="waiting")),
        ]


class Edit(models.Model):
    """How a post read before it was changed."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="edits")
    title = models.CharField(max_length=200, blank=True)  # of a first post: the topic's
    source = models.TextField()
    html = models.TextField()
    by_agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=now)  # when it was changed


class Vote(models.Model):
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="given")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "member"], name="vote_once")]


class Report(models.Model):
    """A reader says that a post should not stand here."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="reports")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    why = models.CharField(max_length=250, blank=True)
    at = models.DateTimeField(default=now)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "member"], name="report_once")]
        indexes = [models.Index(fields=["at"], name="report_open", condition=Q(settled_at=None))]


class Following(models.Model):
    """Who wants to hear of a topic or a space. A due row: a mail about `post`. After one mail he hears no more until he
    has looked (`told_at` is empty again)."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="following")
    topic = models.ForeignKey(
        Topic, null=True, blank=True, on_delete=models.CASCADE, related_name="followers"
    )
    space = models.ForeignKey(
        Space, null=True, blank=True, on_delete=models.CASCADE, related_name="followers"
    )
    ended = models.BooleanField(default=False)  # by himself: answering again doesn't bring it back
    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    why = models.CharField(max_length=10, blank=True)  # answer, mention, topic, accepted, look, refused
    told_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "topic"], name="follows_topic_once"),
            models.UniqueConstraint(fields=["member", "space"], name="follows_space_once"),
        ]
        indexes = [models.Index(fields=["due_at"], name="following_due", condition=Q(due_at__isnull=False))]


class Picture(models.Model):
    """A picture in a post, checked and drawn anew. Who may read the post may see it; before it is sent, its owner."""

    token = models.CharField(max_length=32, unique=True)
    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.CASCADE, related_name="pictures")
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    path = models.CharField(max_length=100)  # below the data folder; see pelekan.lib.files
    at = models.DateTimeField(default=now)
