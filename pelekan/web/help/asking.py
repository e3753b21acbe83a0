"""The ways to a person that are open here: request, chat, mail; with the hours of those that have them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.knowledge.bot.document import AtInbox, at_inbox, said_in
from pelekan.lib.phones import show_phone
from pelekan.lib.time import Dates
from pelekan.lib.time import now as clock
from pelekan.people.desk import Reach, sign
from pelekan.sla.calendars import Calendar, shown
from pelekan.sla.opening import closed_in
from pelekan.tickets.models import Channel, Inbox
from pelekan.web.opening import closed_words

REMEMBERED = timedelta(seconds=30)


@dataclass(frozen=True)
class Ways:
    """`requests`: there is a form for requests; `chat`: the widget's key, "" without one; `mail`: an address; the others say
    when the chat opens again, "" while it is open."""

    requests: bool
    chat: str
    chat_closed: str
    mail: str
    bot: str = ""  # its name, where the bot answers in that chat
    bot_url: str = ""
    phone: str = ""  # E.164; with it `phone_shown`, for the eye, and `phone_closed`: when somebody answers again, "" for now
    phone_shown: str = ""
    phone_closed: str = ""
    links: tuple[tuple[str, str], ...] = ()  # (name, address) of channels elsewhere
    contact: str = ""  # where all of this stands with its hours


NAMES_OF = {  # well-known services by their host: Persian, Arabic, English
    "t.me": ("تلگرام", "تيليغرام", "Telegram"),
    "wa.me": ("واتساپ", "واتساب", "WhatsApp"),
    "whatsapp.com": ("واتساپ", "واتساب", "WhatsApp"),
    "instagram.com": ("اینستاگرام", "إنستغرام", "Instagram"),
    "facebook.com": ("فیسبوک", "فيسبوك", "Facebook"),
    "x.com": ("ایکس", "إكس", "X"),
    "twitter.com": ("ایکس", "إكس", "X"),
    "linkedin.com": ("لینکدین", "لينكدإن", "LinkedIn"),
    "youtube.com": ("یوتیوب", "يوتيوب", "YouTube"),
    "aparat.com": ("آپارات", "أبارات", "Aparat"),
    "ble.ir": ("بله", "بله", "Bale"),
    "eitaa.com": ("ایتا", "إيتا", "Eitaa"),
    "rubika.ir": ("روبیکا", "روبيكا", "Rubika"),
    "splus.ir": ("سروش‌پلاس", "سروش بلس", "Soroush Plus"),
}


def name_of(name: str, address: str, language: str) -> str:
    """How a link is called: as somebody wrote it, else by its service in the reader's language, else by its host."""
    host = (urlsplit(address).hostname or "").removeprefix("www.")
    known = NAMES_OF.get(host)
    return name or (known[{"fa": 0, "ar": 1}.get(language, 2)] if known else host)


def phone_hours(reach: Reach) -> Calendar | None:
    """The calendar of the phone; None: always."""
    return shown(reach.hours_id)


_known: tuple[datetime, list[Inbox]] | None = None
_bots: Mapping[int, AtInbox] = {}
_lock = threading.Lock()


def ways(language: str, dates: Dates) -> Ways:
    """What can be offered to a reader of this language."""
    now = clock()
    inboxes = _inboxes(now)

    def first(channel: str) -> Inbox | None:
        mine = [one for one in inboxes if one.channel == channel]
        return next((one for one in mine if one.language == language), mine[0] if mine else None)

    chat, mail, reach = first(Channel.CHAT), first(Channel.EMAIL), sign().reach
    closed = closed_words(chat, dates, now) if chat else ""
    bot = _bots.get(chat.pk) if chat and not chat.require_identity else None
    offered = bot is not None and (bot.wished or bot.when == "always" or (bot.when != "off" and bool(closed)))
    return Ways(
        requests=first(Channel.PORTAL) is not None,
        chat=chat.key if chat and not chat.require_identity else "",
        chat_closed=closed,
        mail=mail.address if mail else "",
        bot=(said_in(bot.name, language) or _("Assistant")) if bot and offered else "",
        bot_url=f"{reverse('widget-frame', args=[chat.key])}?lang={language}#bot" if chat and offered else "",
        phone=reach.phone,
        phone_shown=show_phone(reach.phone) if reach.phone else "",
        phone_closed=closed_in(phone_hours(reach), dates, now) if reach.phone else "",
        links=tuple((name_of(name, address, language), address) for name, address in reach.links),
        contact=reverse("help_contact", args=[language]),
    )


def _inboxes(now: datetime) -> list[Inbox]:
    global _known, _bots
    with _lock:
        if _known is not None and timedelta() <= now - _known[0] < REMEMBERED:
            return _known[1]
    rows = Inbox.objects.filter(
        archived_at=None, channel__in=[Channel.CHAT, Channel.PORTAL, Channel.EMAIL]
    ).order_by("pk")
    bots = {one.pk: bot for one in rows if one.channel == Channel.CHAT and (bot := at_inbox(one.pk))}
    found = [one for one in rows if one.channel != Channel.EMAIL or one.address]
    with _lock:
        _known, _bots = (now, found), bots
    return found


def forget() -> None:
    """Read them anew at the next question."""
    global _known
    with _lock:
        _known = None
