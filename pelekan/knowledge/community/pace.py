"""How often somebody may write, vote and follow, by whichever door he comes. The numbers that a desk may choose are in its
rules; see `pelekan.lib.limits` for where they are counted."""

from __future__ import annotations

from datetime import datetime, timedelta

from pelekan.knowledge.community.keeping import rules
from pelekan.lib.limits import Limit, TooMuch

USUAL = Limit(4, timedelta(minutes=10))  # posts of one member; more are looked at
WRITES = Limit(15, timedelta(minutes=10))  # then no more at all
NETWORK = Limit(60, timedelta(hours=1))  # posts from one address
ACTS = Limit(90, timedelta(minutes=10))  # votes, reports, following, of one member


def post(member: int, network: str, now: datetime) -> bool:
    """Count one post of this member, from this address; whether it is more at once than usual, so that somebody looks at it.
    Raises TooMuch where that is enough for now."""
    kept = rules()
    USUAL.count, WRITES.count, NETWORK.count = kept.usual_posts, kept.most_posts, kept.network_posts
    NETWORK.take(network, now)
    WRITES.take(member, now)
    try:
        USUAL.take(member, now)
    except TooMuch:
        return True
    return False
