"""Articles, in languages, in versions. Written only by `knowledge.actions`; every read begins with whose eyes it is for
(`Translation.objects.readable_by`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pelekan.lib.time import now
from pelekan.people.models import Agent, CustomerGroup, Language, Tier
from pelekan.tickets.models import Category, Ticket

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from pelekan.knowledge.readers import Reader


class Section(models.Model):
    """A shelf of the help centre; shelves stand in shelves, two levels deep."""

    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    slug = models.SlugField(max_length=80, unique=True, allow_unicode=True)
    names = models.JSONField(default=dict)  # language → name
    descriptions = models.JSONField(default=dict, blank=True)  # language → a sentence
    icon = models.CharField(max_length=40, blank=True)
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.named("en")

    def named(self, language: str) -> str:
        """Its name in this language, else in any that there is."""
        return self.names.get(language) or next(filter(None, self.names.values()), self.slug)


class ArticleKind(models.TextChoices):
    TEXT = "text", _("Text")
    STEPS = "steps", _("Step by step")
    VIDEO = "video", _("Video")
    FAQ = "faq", _("Question and answer")
    RELEASE = "release", _("Release note")
    TREE = "tree", _("Troubleshooting tree")


class Visibility(models.TextChoices):
    PUBLIC = "public", _("Everyone")
    CUSTOMERS = "customers", _("Signed-in customers")
    GROUPS = "groups", _("Certain groups of customers")
    AGENTS = "agents", _("The team only")
    TIER = "tier", _("The team, from one step up")


class Article(models.Model):
    """One subject; its words are in `Translation`. Who may read it is the same in all languages."""

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="articles")
    kind = models.CharField(max_length=8, choices=ArticleKind.choices, default=ArticleKind.TEXT)
    language = models.CharField(max_length=2, choices=Language.choices)  # of the original
    visibility = models.CharField(max_length=9, choices=Visibility.choices, default=Visibility.PUBLIC)
    groups = models.ManyToManyField(CustomerGroup, blank=True, related_name="articles")  # for GROUPS
    tier = models.ForeignKey(
        Tier, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # for TIER
    owner = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="articles"
    )
    review_at = models.DateTimeField(
        null=True, blank=True
    )  # when the owner should look whether it is still true
    categories = models.ManyToManyField(
        Category, blank=True, related_name="articles"
    )  # whose tickets it answers
    related = models.ManyToManyField("self", blank=True)
    position = models.PositiveIntegerField(default=0)
    pinned_at = models.DateTimeField(null=True, blank=True)  # shown first on the front page
    outside_id = models.CharField(
        max_length=200, null=True, blank=True, unique=True
    )  # its id where it was imported from
    source = models.ForeignKey(
        Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # drafted from
    created_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    archived_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)  # the owner was told that `review_at` has come

    class Meta:
        ordering = ["position", "id"]
        indexes = [
            models.Index(
                fields=["review_at"], name="article_review", condition=models.Q(review_at__isnull=False)
            ),
            models.Index(
                fields=["section", "position"], name="article_shelf", condition=models.Q(archived_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"article {self.pk}"


class DraftState(models.TextChoices):
    """What becomes of the newest version while it is not the published one."""

    NONE = "", _("Nothing new")
    DRAFT = "draft", pgettext_lazy("article", "Draft")
    REVIEW = "review", _("Waiting for review")
    SCHEDULED = "scheduled", _("Scheduled")


class Translations(models.QuerySet["Translation"]):
    def readable_by(self, reader: Reader) -> QuerySet[Translation]:
        """What is published and may be read by `reader`: the one gate of pages, search, suggestions, bot and files."""
        return self.filter(published__isnull=False, article__archived_at=None).filter(
            reader.may_read("article__")
        )


class Translation(models.Model):
    """An article in one language. Readers see `published`, writers go on at `newest`."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="translations")
    language = models.CharField(max_length=2, choices=Language.choices)
    slug = models.SlugField(max_length=160, allow_unicode=True)  # for the eye: addresses hold the id
    published = models.ForeignKey(
        "Version", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    newest = models.ForeignKey("Version", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    draft = models.CharField(max_length=9, choices=DraftState.choices, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)  # when the published version came out
    first_published_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)  # scheduled: when `newest` comes out
    handed_by = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # who asked for review, or scheduled
    reviewer = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="reviews"
    )  # asked by name
    remark = models.CharField(max_length=400, blank=True)  # said when asking, or when sending back
    leased_until = models.DateTimeField(null=True, blank=True)
    helped = models.PositiveIntegerField(default=0)  # readers who said so
    unhelped = models.PositiveIntegerField(default=0)

    objects = Translations.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "language"], name="article_once_a_language")
        ]
        indexes = [
            models.Index(fields=["due_at"], name="translation_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["language", "-published_at"], name="translation_latest"),
        ]

    def __str__(self) -> str:
        return self.slug


class Version(models.Model):
    """What was written once; never changed afterwards. Restoring makes a new one of the same words.

    `data` by kind: steps {"steps": [{"title", "body"}]}; video {"file": Picture id or null, "url", "transcript"};
    release {"version", "released_on": "2027-03-21"}; tree {"start": id, "nodes": {id: {"text", "choices": [{"label",
    "to"}]}}}, where a node without choices is an end; text and faq {}.
    """

    translation = models.ForeignKey(Translation, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=250)
    summary = models.CharField(max_length=400, blank=True)
    body = models.TextField(blank=True)  # HTML, safe as `knowledge.bodies.clean` made it
    data = models.JSONField(default=dict, blank=True)
    text = models.TextField(blank=True)  # all of its words, plain: what is searched and quoted
    author = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=now)
    note = models.CharField(max_length=250, blank=True)  # what was changed
    basis = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # the original's version that this translates: the translation is out of date when the original has a newer one out

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["translation", "number"], name="version_numbered_once")
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"


class Picture(models.Model):
    """A file of an article: a picture in its text, or something to take along. Who may read the article may have it."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="pictures")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=100)  # media type, told from the bytes
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    path = models.CharField(max_length=100)  # below the data folder; see pelekan.lib.files
    inline = models.BooleanField(default=True)  # stands in the text; else it is offered below it
    added_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField(default=now)


class Remark(models.Model):
    """What a reader said of an article: helped or not, and what was missing."""

    translation = models.ForeignKey(Translation, on_delete=models.CASCADE, related_name="remarks")
    version = models.ForeignKey(Version, null=True, on_delete=models.SET_NULL, related_name="+")
    helped = models.BooleanField()
    text = models.TextField(blank=True)
    customer = models.ForeignKey(
        "people.Customer", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    visitor = models.CharField(
        max_length=64, blank=True
    )  # a browser that may speak once: SHA-256, see knowledge.trail
    at = models.DateTimeField(default=now)
    settled_at = models.DateTimeField(null=True, blank=True)  # somebody looked at it
    settled_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["-at"], name="remark_open", condition=models.Q(settled_at=None)),
            models.Index(fields=["translation", "-at"], name="remark_article"),
        ]


class Synonyms(models.Model):
    """Words that mean the same to whoever searches, such as «فاکتور» and «صورتحساب»."""

    words = models.JSONField(default=list)
    changed_at = models.DateTimeField(default=now)


class Unsaved(models.Model):
    """What an agent has typed into an article and not saved yet; `base` is the number of the version he began with."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="unsaved")
    language = models.CharField(max_length=2, choices=Language.choices)
    base = models.PositiveIntegerField(default=0)
    values = models.JSONField(default=dict)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "article", "language"], name="unsaved_once_a_writer")
        ]


class Publisher(models.Model):
    """An agent who may review and publish articles though he is no manager."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="publisher")
    since = models.DateTimeField(default=now)


class ImportState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("import", "Waiting")
    RUNNING = "running", pgettext_lazy("import", "Coming in")
    DONE = "done", pgettext_lazy("import", "Done")
    STOPPED = "stopped", pgettext_lazy("import", "Stopped")
    FAILED = "failed", pgettext_lazy("import", "Failed")


class Import(models.Model):
    """A file of articles that somebody brings in, how far it is, and what came of it. Written by `knowledge.bringing`."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)  # of the file, as it was called
    path = models.CharField(max_length=100)  # below the data folder, until it ends
    section = models.ForeignKey(Section, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    language = models.CharField(max_length=2, blank=True)
    visibility = models.CharField(max_length=9, choices=Visibility.choices)
    publish = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=ImportState.choices, default=ImportState.WAITING)
    total = models.PositiveIntegerField(default=0)  # rows or files, as far as known; 0 before it is counted
    number = models.PositiveIntegerField(default=0)  # done so far
    made = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    faulty = models.PositiveIntegerField(default=0)
    faults = models.JSONField(default=list, blank=True)  # [{"where", "why", "data"}], the first of them
    fault = models.CharField(max_length=80, blank=True)  # why it failed
    asked_at = models.DateTimeField(default=now)
    begun_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="import_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["agent", "-id"], name="import_list"),
        ]


class Edition(models.Model):
    """How often what readers see has changed, in one row with the number 1; see `knowledge.edition`."""

    number = models.PositiveBigIntegerField(default=0)
