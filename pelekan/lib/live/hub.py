"""The room: who listens to which topic, what was poked lately, who said what a moment ago.

All state belongs to the event loop's thread; only `wake`, `revoke` and the reader's hand-over cross threads.
A stream has no task, queue or buffer of its own here: a frame is written straight into the connection, and a
connection that does not take it (64 KB wait unread) is cut, for the browser resumes from its last id and loses
nothing.
"""

from __future__ import annotations

import asyncio
import bisect
import contextlib
import logging
import threading
import weakref
from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from pelekan.lib.live.reader import Reader, Row, Source
from pelekan.lib.live.signed import Grant
from pelekan.lib.live.stream import Limits, Stream, frame, poke
from pelekan.lib.time import now

security = logging.getLogger("pelekan.security")

REVOKE = "revoke:"
REVOKED_FOR = 86_400  # seconds; no ticket lives longer
TICK = 0.2  # seconds; heartbeats are spread over turns, so that ten thousand of them hold nobody up
_hubs: weakref.WeakSet[Hub] = weakref.WeakSet()


def wake() -> None:
    """Events were committed: every hub of this process reads them now. Any thread; costs nothing without a hub."""
    for hub in list(_hubs):
        hub.wake()


def resume_id() -> int | None:
    """What a page rendered by this process may resume from; None where no hub runs."""
    return next((hub.resume_id for hub in list(_hubs)), None)


class Hub:
    def __init__(self, source: Source, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.reader = Reader(source, self._hand_over, self.limits.ring)
        self.resume_id = 0
        """The id that a page rendered now may resume from; read it before the page's own queries. Any thread."""
        self.closing = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._floor = 0
        self._ring: list[tuple[int, str, tuple[str, ...]]] = []
        self._topics: defaultdict[str, set[Stream]] = defaultdict(set)
        self._subjects: defaultdict[str, dict[Stream, None]] = defaultdict(dict)
        self._addresses: defaultdict[str, int] = defaultdict(int)
        self._slots: list[set[Stream]] = [set() for _ in range(round(self.limits.beat / TICK))]
        self._slot = 0
        self._count = self._opened = 0
        self._revoked: dict[str, float] = {}
        self._kept: defaultdict[str, dict[tuple[str, str], tuple[float, dict[str, Any]]]] = defaultdict(dict)
        self._buckets: dict[str, tuple[float, float]] = {}

    def __len__(self) -> int:
        return self._count

    # ── life ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def start(self) -> None:
        """Fill the ring and begin to read. Raises what the source raises: a hub that cannot read must not open."""
        self._loop = asyncio.get_running_loop()
        rows, self._floor = await asyncio.to_thread(self.reader.first)
        self._ring = [(id, name, tuple(topics.split())) for id, name, topics in rows]
        self.resume_id = self.reader.settled
        for _, _, topics in self._ring:
            # Tickets from before this start may be older than these; a new one costs one request.
            for topic in topics:
                if topic.startswith(REVOKE):
                    self._revoked[topic[len(REVOKE) :]] = now().timestamp()
        self.reader.start()
        self._tick()
        _hubs.add(self)

    async def close(self) -> None:
        """End every stream and stop reading. Browsers come back by themselves."""
        self.closing = True
        _hubs.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        self.reader.stop()
        for streams in list(self._subjects.values()):
            for stream in list(streams):
                stream.end(frame("bye", {"why": "restart"}))
        await asyncio.to_thread(self.reader.join, 1.0)

    def wake(self) -> None:
        """Any thread."""
        self.reader.wake()

    def revoke(self, sub: str) -> None:
        """Close the streams of `sub` and refuse the tickets it has. Any thread of this process; the log's own
        way, which reaches all processes, is an event with the topic `revoke:<sub>`."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._revoke, sub)

    # ── pokes ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _hand_over(self, rows: Sequence[Row], settled: int) -> None:
        """In the reader's thread: let the loop take the rows, and wait until it has."""
        done = threading.Event()

        def take() -> None:
            try:
                self.take(rows, settled)
            finally:
                done.set()

        if self._loop is not None and not self.closing:
            with contextlib.suppress(RuntimeError):  # the loop closed between the question and the call
                self._loop.call_soon_threadsafe(take)
                done.wait(5.0)

    def take(self, rows: Iterable[Row], settled: int) -> None:
        outgoing: defaultdict[Stream, list[bytes]] = defaultdict(list)
        for id, name, text in rows:
            topics = tuple(text.split())
            self._remember((id, name, topics))
            # Where ids come in order, each poke may itself be resumed from.
            resume = settled if self.reader.source.overlap else id
            hits: defaultdict[Stream, list[str]] = defaultdict(list)
            for topic in topics:
                if topic.startswith(REVOKE):
                    self._revoke(topic[len(REVOKE) :])
                for stream in self._topics.get(topic, ()):
                    hits[stream].append(topic)
            written: dict[tuple[str, ...], bytes] = {}
            for stream, heard in hits.items():
                key = tuple(heard)
                if key not in written:
                    written[key] = poke(resume, id, name, key)
                outgoing[stream].append(written[key])
        self.resume_id = settled
        for stream, frames in outgoing.items():
            if len(frames) > self.limits.replay:
                frames = [frame("resync", {}, settled)]
            self._write(stream, b"".join(frames))

    def _remember(self, entry: tuple[int, str, tuple[str, ...]]) -> None:
        if not self._ring or entry[0] > self._ring[-1][0]:
            self._ring.append(entry)
        else:
            bisect.insort(self._ring, entry, key=itemgetter(0))
        if len(self._ring) > 2 * self.limits.ring:
            self._floor = self._ring[self.limits.ring - 1][0]
            del self._ring[: self.limits.ring]

    def missed(self, topics: Iterable[str], since: int) -> list[bytes] | None:
        """Frames of the pokes after `since` that `topics` may hear; None if there are too many or too old ones."""
        if since < self._floor:
            return None
        mine = frozenset(topics)
        frames = []
        for id, name, about in self._ring[bisect.bisect_right(self._ring, since, key=itemgetter(0)) :]:
            heard = tuple(topic for topic in about if topic in mine)
            if heard:
                frames.append(poke(min(id, self.resume_id), id, name, heard))
                if len(frames) > self.limits.replay:
                    return None
        return frames

    # ── streams ───────────────────────────────────────────────────────────────────────────────────────────────

    def revoked(self, grant: Grant) -> bool:
        return grant.issued_at <= self._revoked.get(grant.sub, 0.0)

    def crowded(self, address: str) -> str:
        """Why no stream from this address can be opened now; empty if it can."""
        if self.closing or self._count >= self.limits.streams:
            return "the server holds all the streams it can"
        # Behind a proxy on this machine that hides addresses, all come from here: no address to judge by.
        if self._addresses.get(address, 0) >= self.limits.streams_per_address and not is_local(address):
            return "too many streams from one address"
        return ""

    def join(self, stream: Stream, since: int | None) -> bool:
        """Listen from now on, first hearing what was missed since `since` and what is kept on the topics.

        True if there was anything to hear."""
        grant = stream.grant
        others = self._subjects[grant.sub]
        if len(others) >= self.limits.streams_per_subject:
            oldest = next(iter(others))
            oldest.end(frame("bye", {"why": "elsewhere"}))
            self.leave(oldest)
        self._subjects[grant.sub][stream] = None
        for topic in grant.topics:
            self._topics[topic].add(stream)
        self._addresses[stream.address] += 1
        self._count += 1
        self._opened += 1
        stream.slot = self._opened % len(self._slots)
        self._slots[stream.slot].add(stream)
        frames = [] if since is None else self.missed(grant.topics, since)
        if frames is None:
            frames = [frame("resync", {}, self.resume_id)]
        frames.extend(self._kept_for(grant))
        # The resume id comes last: a connection that breaks before it must not skip what it did not hear.
        opening = [frame("open", {"beat": self.limits.beat}), *frames, b"id: %d\n\n" % self.resume_id]
        self._write(stream, b"".join(opening))
        return bool(frames)

    def leave(self, stream: Stream) -> None:
        if self._subjects.get(stream.grant.sub, {}).pop(stream, stream) is stream:
            return  # left before
        if not self._subjects[stream.grant.sub]:
            del self._subjects[stream.grant.sub]
        for topic in stream.grant.topics:
            self._topics[topic].discard(stream)
            if not self._topics[topic]:
                del self._topics[topic]
        self._addresses[stream.address] -= 1
        if not self._addresses[stream.address]:
            del self._addresses[stream.address]
        self._count -= 1
        self._slots[stream.slot].discard(stream)

    def _write(self, stream: Stream, frames: bytes) -> None:
        if not stream.closed and not stream.write(frames):
            stream.closed = True
            self.leave(stream)
            if stream.abort is not None:
                stream.abort()

    def _revoke(self, sub: str) -> None:
        self._revoked[sub] = now().timestamp()
        for stream in list(self._subjects.get(sub, ())):
            stream.end(frame("bye", {"why": "revoked"}))
            self.leave(stream)

    # ── says ──────────────────────────────────────────────────────────────────────────────────────────────────

    def may_say(self, grant: Grant) -> bool:
        """Take one from the subject's bucket; False when it is empty."""
        at = self._time()
        left, then = self._buckets.get(grant.sub, (float(self.limits.say_burst), at))
        left = min(self.limits.say_burst, left + (at - then) * self.limits.say_per_second)
        if left < 1:
            if self._buckets.get(grant.sub, (1.0, at))[0] >= 1:  # log the first refusal, not each
                security.warning("live: %r says too much at once", grant.sub)
            self._buckets[grant.sub] = (left, at)
            return False
        self._buckets[grant.sub] = (left - 1, at)
        return True

    def say(self, grant: Grant, topic: str, kind: str, data: Any, keep: float = 0) -> None:
        """Pass a passing word on to the others on `topic`; for `keep` seconds also to those who come later."""
        keep = max(0.0, min(keep, self.limits.keep))
        word = {
            "topic": topic,
            "kind": kind,
            "from": grant.sub,
            "name": grant.name,
            "data": data,
            "keep": keep,
        }
        kept = self._kept[topic]
        kept.pop((grant.sub, kind), None)
        if keep and len(kept) < self.limits.kept_per_topic:
            kept[grant.sub, kind] = (self._time() + keep, word)
        if not kept:
            del self._kept[topic]
        frames = frame("say", word)
        for stream in list(self._topics.get(topic, ())):
            if stream.grant.sub != grant.sub:
                self._write(stream, frames)

    def _kept_for(self, grant: Grant) -> list[bytes]:
        at = self._time()
        return [
            frame("say", {**word, "keep": round(until - at, 1)})
            for topic in grant.topics
            for (sub, _), (until, word) in self._kept.get(topic, {}).items()
            if until > at and sub != grant.sub
        ]

    # ── the clock ─────────────────────────────────────────────────────────────────────────────────────────────

    def _time(self) -> float:
        return asyncio.get_running_loop().time()

    def _tick(self) -> None:
        """Each turn one slot's streams get their heartbeat, which is the newest resume id, or their end."""
        self._slot = (self._slot + 1) % len(self._slots)
        beat, at = b"id: %d\n\n" % self.resume_id, now().timestamp()
        for stream in list(self._slots[self._slot]):
            if stream.grant.expires_at <= at:
                stream.end(frame("bye", {"why": "expired"}))
                self.leave(stream)
            else:
                self._write(stream, beat)
        if self._slot == 0:
            self._tidy()
        self._timer = asyncio.get_running_loop().call_later(TICK, self._tick)

    def _tidy(self) -> None:
        at = self._time()
        for topic in list(self._kept):
            kept = self._kept[topic]
            for key in [key for key, (until, _) in kept.items() if until <= at]:
                del kept[key]
            if not kept:
                del self._kept[topic]
        old = now().timestamp() - REVOKED_FOR
        self._revoked = {sub: when for sub, when in self._revoked.items() if when > old}
        full = self.limits.say_burst / self.limits.say_per_second
        self._buckets = {sub: bucket for sub, bucket in self._buckets.items() if at - bucket[1] < full}


def is_local(address: str) -> bool:
    return address in ("", "127.0.0.1", "::1")
