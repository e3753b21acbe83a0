"""What people look for, or ask about, and find nothing: ranked by minutes lost.

minutes lost in a period = handling of the requests about it (`trail.handling`)
                         + 2 minutes for each question that found nothing, whose answers nobody opened, or that ended in a
                           request all the same.

A topic is a gap when at least half of its questions missed so, two at the least. A category is a gap when no published
article that customers can read answers it and requests came that no topic accounts for. What was decided about a gap is a
`Gap` row: drafted (an article is being written), published, refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import override

from pelekan.knowledge import actions
from pelekan.knowledge.models import Article, Section, Translation, Visibility
from pelekan.knowledge.trail.models import Gap, GapState, Question, Tally, Topic
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Category, Event

LOOKING = timedelta(minutes=2)
"""What one question in vain costs whoever asks it."""

MOST = 100
WEEKS = 4
FOR_CUSTOMERS = (Visibility.PUBLIC, Visibility.CUSTOMERS, Visibility.GROUPS)


@dataclass(slots=True)
class Row:
    """A gap in a period. `of` is topic or category."""

    of: str
    id: int
    name: str
    language: str
    questions: int = 0
    fruitless: int = 0
    unclicked: int = 0
    ticketed: int = 0
    missed: int = 0
    tickets: int = 0
    calls: int = 0
    work: int = 0  # seconds
    state: str = GapState.OPEN
    article: int | None = None
    translation: int | None = None
    why: str = ""

    @property
    def minutes(self) -> int:
        """Lost, by the formula above."""
        return round(self.work / 60 + self.missed * LOOKING.total_seconds() / 60)


COUNTED = ("questions", "fruitless", "unclicked", "ticketed", "missed", "tickets", "calls", "work")


def ranked(first: date, last: date, *, state: str = GapState.OPEN, language: str = "") -> list[Row]:
    """The gaps of a period in this state, the dearest first; at most MOST."""
    rows = [*_topics(first, last, language), *([] if language else _categories(first, last))]
    _states(rows)
    chosen = [row for row in rows if row.state == state]
    return sorted(chosen, key=lambda row: (-row.minutes, -row.questions, row.of, row.id))[:MOST]


def sums_of(of: str, pk: int, first: date, last: date) -> Row | None:
    """What one topic or category cost in a period; None where it cost nothing."""
    rows = Tally.objects.filter(of=of, key=str(pk), day__gte=first, day__lte=last)
    found = rows.aggregate(**{f"sum_{name}": Sum(name) for name in COUNTED})
    made = _row(of, pk, "", "", {name: found[f"sum_{name}"] or 0 for name in COUNTED})
    return made if made.minutes else None


def of_topics(first: date, last: date) -> list[dict[str, int]]:
    """The sums of each topic of a period, those first that cost most."""
    return _sums("topic", first, last)[: MOST * 5]


def _sums(of: str, first: date, last: date) -> list[dict[str, int]]:
    rows: QuerySet[Any, Any] = Tally.objects.filter(of=of, day__gte=first, day__lte=last).values("key")
    rows = rows.annotate(**{f"sum_{name}": Sum(name) for name in COUNTED})
    cost = F("sum_work") + F("sum_missed") * int(LOOKING.total_seconds())
    return [
        {"id": int(row["key"]), **{name: row[f"sum_{name}"] or 0 for name in COUNTED}}
        for row in rows.order_by(cost.desc(), "key")[: MOST * 5]
    ]


def _topics(first: date, last: date, language: str) -> list[Row]:
    sums = of_topics(first, last)
    topics = Topic.objects.in_bulk([row["id"] for row in sums])
    decided = set(Gap.objects.filter(topic__isnull=False).values_list("topic", flat=True))
    found = []
    for row in sums:
        topic = topics.get(row["id"])
        if topic is None or (language and topic.language != language):
            continue
        if row["id"] in decided or (row["missed"] >= 2 and 2 * row["missed"] >= row["questions"]):
            found.append(_row("topic", topic.pk, topic.text, topic.language, row))
    return found


def _categories(first: date, last: date) -> list[Row]:
    answered = Article.objects.filter(
        archived_at=None, visibility__in=FOR_CUSTOMERS, translations__published__isnull=False
    )
    covered = set(Category.objects.filter(articles__in=answered).values_list("pk", flat=True))
    decided = set(Gap.objects.filter(category__isnull=False).values_list("category", flat=True))
    names = dict(Category.objects.values_list("pk", "name"))
    return [
        _row("category", row["id"], names[row["id"]], "", row)
        for row in _sums("category", first, last)
        if row["id"] in names and (row["id"] not in covered or row["id"] in decided)
    ]


def _row(of: str, pk: int, name: str, language: str, sums: dict[str, int]) -> Row:
    made = Row(of, pk, name, language)
    for counted in COUNTED:
        setattr(made, counted, sums[counted])
    return made


def _states(rows: list[Row]) -> None:
    known = {
        (gap.topic_id, gap.category_id): gap
        for gap in Gap.objects.filter(
            Q(topic__in=[row.id for row in rows if row.of == "topic"])
            | Q(category__in=[row.id for row in rows if row.of == "category"])
        )
    }
    articles = [gap.article_id for gap in known.values() if gap.article_id]
    texts = dict(
        Translation.objects.filter(article__in=articles, language=F("article__language")).values_list(
            "article", "pk"
        )
    )
    for row in rows:
        gap = known.get((row.id, None) if row.of == "topic" else (None, row.id))
        if gap is not None:
            row.state, row.article, row.why = gap.state, gap.article_id, gap.why
            row.translation = texts.get(gap.article_id) if gap.article_id else None


def gap_of(of: str, pk: int) -> Gap:
    """The row of a gap, which may not be stored yet. LookupError for what does not exist."""
    model = {"topic": Topic, "category": Category}.get(of)
    if model is None or not model._default_manager.filter(pk=pk).exists():
        raise LookupError(of)
    found = Gap.objects.filter(**{of: pk}).select_related("topic", "category").first()
    return found or Gap(**{f"{of}_id": pk})


@action
def draft(gap: Gap, section: Section, *, by: Agent, now: datetime | None = None) -> Translation:
    """Begin the article that is missing: in the language of who asks, named as they ask, with their words as notes. A gap
    whose article is begun already gives that one."""
    now = now or clock()
    if gap.article_id is not None:
        known = Translation.objects.filter(article=gap.article_id, article__archived_at=None).first()
        if known is not None:
            return known
    language = gap.topic.language if gap.topic else by.user.language
    title = gap.topic.text if gap.topic else str(gap.category)
    made = actions.begin(section, language=language, title=title, body=_notes(gap, language), by=by, now=now)
    if gap.category is not None:
        made.article.categories.add(gap.category)
    _set(gap, GapState.DRAFTED, by, now, article=made.article)
    return made


def _notes(gap: Gap, language: str) -> str:
    said = asked_as(gap)
    with override(language):
        if not said:
            return f"<p>{escape(_('Write here what answers this. Nobody finds it yet.'))}</p>"
        head = escape(
            _("People asked for it in these words; write what answers them, then delete this list.")
        )
        return f"<p>{head}</p><ul>{''.join(f'<li>{escape(text)}</li>' for text in said)}</ul>"


def asked_as(gap: Gap, most: int = 12) -> list[str]:
    """In which words a topic is asked, the most frequent first."""
    if gap.topic_id is None:
        return []
    seen: dict[str, tuple[int, str]] = {}
    rows = Question.objects.filter(topic=gap.topic_id).order_by("-at").values_list("folded", "text")[:500]
    for folded, text in rows:
        seen[folded] = seen.get(folded, (0, text))[0] + 1, text
    return [text for _times, text in sorted(seen.values(), key=lambda pair: (-pair[0], pair[1]))[:most]]


@action
def refuse(gap: Gap, *, by: Agent, why: str, now: datetime | None = None) -> Gap:
    """No article is worth it; `why` is kept for who asks again."""
    return _set(gap, GapState.REFUSED, by, now or clock(), why=one_line(why, 250))


@action
def open_again(gap: Gap, *, by: Agent, now: datetime | None = None) -> Gap:
    """It is a gap after all."""
    return _set(gap, GapState.OPEN, by, now or clock(), article=None)


@action
def answered_by(gap: Gap, article: Article, *, by: Agent, now: datetime | None = None) -> Gap:
    """An article that there is answers it. It counts from its last coming out, or from now where that is longer ago than
    the weeks that are compared: what stood there all the time changed nothing then."""
    now = now or clock()
    dates = Translation.objects.filter(article=article, published__isnull=False).values_list(
        "published_at", flat=True
    )
    out = max((moment for moment in dates if moment), default=None)
    if out is not None and out < now - timedelta(weeks=WEEKS):
        out = now
    return _set(
        gap, GapState.PUBLISHED if out else GapState.DRAFTED, by, now, article=article, published_at=out
    )


def _set(
    gap: Gap,
    state: str,
    by: Agent,
    now: datetime,
    *,
    article: Article | None = None,
    why: str = "",
    published_at: datetime | None = None,
) -> Gap:
    was = _as_it_is(gap)
    gap.state, gap.changed_by, gap.changed_at, gap.why = state, by, now, why
    if article is not None or state == GapState.OPEN:
        gap.article = article
    gap.published_at = published_at
    gap.save()
    record(
        f"gap.{state}", by=by, at=now, because=why, topic=gap.topic_id, category=gap.category_id, article=gap.article_id,
        was=was,
    )  # fmt: skip
    return gap


def _as_it_is(gap: Gap) -> dict[str, Any]:
    out = gap.published_at.isoformat() if gap.published_at else None
    return {"state": gap.state, "article": gap.article_id, "why": gap.why, "published_at": out}


class NotTheLast(ValueError):
    """Somebody decided again meanwhile, or it was decided too long ago to be found."""


def last_decision(gap: Gap) -> Event | None:
    """The event of what was decided last, which `take_back` undoes."""
    rows = Event.objects.filter(name__in=[f"gap.{state}" for state in GapState.values], at=gap.changed_at)
    found = [row for row in rows.order_by("-pk")[:20] if _about(row) == (gap.topic_id, gap.category_id)]
    return found[0] if found else None


def _about(event: Event) -> tuple[int | None, int | None]:
    return event.data.get("topic"), event.data.get("category")


@action
def take_back(gap: Gap, decided: int, *, by: Agent, now: datetime | None = None) -> Gap:
    """As it was before this decision (the id of its event). Raises NotTheLast where something was decided since."""
    last = last_decision(gap)
    if last is None or last.pk != decided or "was" not in last.data:
        raise NotTheLast
    was = last.data["was"]
    article = Article.objects.filter(pk=was["article"]).first() if was["article"] else None
    gap.article = article
    out = datetime.fromisoformat(was["published_at"]) if was["published_at"] else None
    return _set(gap, was["state"], by, now or clock(), article=article, why=was["why"], published_at=out)


def follow(event: Event) -> None:
    """A reaction: the article of a gap came out, or was taken back; an import brings out many at once."""
    rows = Gap.objects.filter(article__in=event.data.get("articles") or [event.data.get("article")])
    if event.name in ("article.published", "article.imported"):
        rows.filter(state=GapState.DRAFTED).update(
            state=GapState.PUBLISHED, published_at=event.at, changed_at=event.at
        )
    else:
        rows.filter(state=GapState.PUBLISHED).update(
            state=GapState.DRAFTED, published_at=None, changed_at=event.at
        )


@dataclass(frozen=True, slots=True)
class Week:
    begins: date
    tickets: int
    missed: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Effect:
    """Weeks before and after the article came out. The day itself is in neither; weeks that are not over are missing."""

    before: list[Week]
    after: list[Week]

    @staticmethod
    def mean(weeks: list[Week], name: str) -> float | None:
        """Of a week: `name` is tickets, missed or minutes; None where there is no week."""
        return sum(getattr(week, name) for week in weeks) / len(weeks) if weeks else None


def effect(of: str, pk: int, published_on: date, today: date) -> Effect:
    """What changed: four weeks before and after, by the same sums as the ranking."""
    begin = published_on - timedelta(weeks=WEEKS)
    end = published_on + timedelta(weeks=WEEKS)
    rows = Tally.objects.filter(of=of, key=str(pk), day__gte=begin, day__lte=end)
    weeks = {number: [0, 0, 0] for number in (*range(-WEEKS, 0), *range(WEEKS))}
    for day, tickets, missed, work in rows.values_list("day", "tickets", "missed", "work"):
        if day != published_on:
            number = (day - published_on).days // 7 if day < published_on else (day - published_on).days - 1
            week = weeks[number if day < published_on else number // 7]
            week[0] += tickets
            week[1] += missed
            week[2] += work + missed * int(LOOKING.total_seconds())
    after_first = published_on + timedelta(days=1)
    found = [
        Week(
            (published_on if number < 0 else after_first) + timedelta(weeks=number),
            sums[0],
            sums[1],
            round(sums[2] / 60),
        )
        for number, sums in sorted(weeks.items())
    ]
    return Effect(
        [week for week in found if week.begins < published_on],
        [week for week in found if week.begins > published_on and week.begins + timedelta(weeks=1) <= today],
    )
