"""Questions of the same meaning become one topic: by their stems, and by what their askers opened.

1. Questions with the same stems (`stems.key_of`) are one topic, named as that day's askers wrote it most often.
2. Latin letters on a Persian or Arabic page that give a known topic on the other keyboard are that topic.
3. Two topics of one language that share a stem, and of each of which most clicks (60 %, at least two) go to the same
   article, become one: the topic with more clicks leads, of equals the older one. Sums move to the lead.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F

from pelekan.knowledge.trail.models import Gap, Question, Tally, Topic
from pelekan.knowledge.trail.stems import key_of, stems
from pelekan.lib.tongues import layouts
from pelekan.lib.unhurried import unhurried

MOST_OF = 0.6
CLICKS = 2
LATELY = timedelta(days=30)
CHUNK = 500


def name(rows: Iterable[dict[str, Any]], now: datetime) -> dict[int, int]:
    """The topic (its lead) of each of these questions {id, folded, text, language, topic}; new topics are made."""
    keys: dict[str, str] = {}
    by_key: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        key = keys.setdefault(row["folded"], key_of(row["folded"]))
        if key:
            by_key[key].append(row)
    known = _known({*by_key, *_meant(by_key)})
    _right_keyboard(by_key, known)
    fresh = [_begun(key, by_key[key], now) for key in sorted(set(by_key) - set(known))]
    Topic.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=CHUNK)
    if fresh:
        known = _known(by_key)
    found = {row["id"]: known[key] for key, of_key in by_key.items() for row in of_key}
    changed = [
        Question(pk=row["id"], topic_id=found[row["id"]])
        for of_key in by_key.values()
        for row in of_key
        if row["topic"] != found[row["id"]]
    ]
    Question.objects.bulk_update(changed, ["topic"], batch_size=CHUNK)
    return found


def _right_keyboard(by_key: dict[str, list[dict[str, Any]]], known: dict[str, int]) -> None:
    """What was typed with the wrong keyboard goes to the topic that it meant, where there is one."""
    for key, meant in _ways(by_key).items():
        to = next((one for one in meant if one in known or one in by_key), None)
        if to is not None and key not in known:
            by_key[to].extend(by_key.pop(key))


def _meant(by_key: dict[str, list[dict[str, Any]]]) -> set[str]:
    return {one for meant in _ways(by_key).values() for one in meant}


def _ways(by_key: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    """What Latin letters on a Persian or Arabic page may have meant."""
    return {
        key: [key_of(text) for _language, text in layouts.others(rows[0]["text"])]
        for key, rows in by_key.items()
        if key.isascii() and rows[0]["language"] in ("fa", "ar")
    }


def _known(keys: Iterable[str]) -> dict[str, int]:
    wanted, found = sorted(keys), {}
    for begin in range(0, len(wanted), CHUNK):
        part = Topic.objects.filter(key__in=wanted[begin : begin + CHUNK])
        found.update({key: lead or pk for key, pk, lead in part.values_list("key", "pk", "lead")})
    return found


def _begun(key: str, rows: list[dict[str, Any]], now: datetime) -> Topic:
    said = Counter(row["text"] for row in rows)
    language = Counter(row["language"] for row in rows).most_common(1)[0][0]
    text = min(said, key=lambda one: (language != "en" and one.isascii(), -said[one], one))
    return Topic(key=key, text=text, language=language, made_at=now)


def join_alike(now: datetime) -> int:
    """Join topics whose askers opened the same article; how many were joined."""
    clicks: dict[int, Counter[int]] = defaultdict(Counter)
    rows = Question.objects.filter(
        at__gt=now - LATELY, at__lte=now, topic__isnull=False, clicked__isnull=False
    )
    for topic, article, times in rows.values_list("topic", "clicked__article").annotate(Count("pk")):
        clicks[topic][article] += times
    chosen: dict[int, list[int]] = defaultdict(list)
    for topic, counted in clicks.items():
        article, times = counted.most_common(1)[0]
        if times >= CLICKS and times >= MOST_OF * counted.total():
            chosen[article].append(topic)
    joined = 0
    for topics in chosen.values():
        if len(topics) > 1:
            joined += _join(sorted(topics, key=lambda pk: (-clicks[pk].total(), pk)))
    return joined


def _join(ids: list[int]) -> int:
    rows = Topic.objects.in_bulk(ids)
    leads: list[tuple[Topic, frozenset[str]]] = []
    joined = 0
    for pk in ids:
        one, its = rows[pk], frozenset(stems(rows[pk].key))
        lead = next((to for to, theirs in leads if to.language == one.language and its & theirs), None)
        if lead is None:
            leads.append((one, its))
        elif not Gap.objects.filter(topic=one).exists():  # what somebody decided about it stays his
            _move(one, lead)
            joined += 1
    return joined


def _move(topic: Topic, lead: Topic) -> None:
    with unhurried():
        Topic.objects.filter(lead=topic).update(lead=lead)
        Topic.objects.filter(pk=topic.pk).update(lead=lead)
        Question.objects.filter(topic=topic).update(topic=lead)
        for row in list(Tally.objects.filter(of="topic", key=str(topic.pk))):
            add = {name: getattr(row, name) for name in ("questions", "fruitless", "unclicked", "ticketed", "missed", "tickets", "calls", "work")}  # fmt: skip
            into, made = Tally.objects.get_or_create(of="topic", day=row.day, key=str(lead.pk), defaults=add)
            if not made:
                Tally.objects.filter(pk=into.pk).update(
                    **{name: F(name) + more for name, more in add.items()}
                )
            row.delete()
