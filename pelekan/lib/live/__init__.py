"""Live updates: who may hear what, the room where it is said, and its doors.

Browsers hold one stream and get *pokes* (an event's id, its name and those of its topics that the stream may
hear, never content); they then fetch what they show with their own rights. Beside pokes travel *says*: typing,
looking, read positions; they are passed on and never stored. Nothing in this package knows what a ticket of the
desk is; in here a *ticket* is the signed slip that opens a stream.

    hub = Hub(source)                        # one for each process; source reads the event log
    app = App(hub, secret, origins=[...])    # raw ASGI for /live/stream, /live/poll and /live/say
    make_ticket(secret, "agent:5", ["team:3", "ticket:42"], ttl=900)
    resume_id()                              # for the page: what it may resume from, None without a hub
    wake()                                   # after a commit, from any thread

The wire format, and why it is server-sent events: docs/decisions/0003-live-updates.md.
"""

from pelekan.lib.live.app import App
from pelekan.lib.live.hub import Hub, resume_id, wake
from pelekan.lib.live.reader import Row, Source
from pelekan.lib.live.signed import Grant, Refused, make_ticket, read_ticket
from pelekan.lib.live.stream import Limits

__all__ = [
    "App",
    "Grant",
    "Hub",
    "Limits",
    "Refused",
    "Row",
    "Source",
    "make_ticket",
    "read_ticket",
    "resume_id",
    "wake",
]
