"""A fault that a customer reports by the short form of the shop's window, with a picture, and that is mended the same day."""

from __future__ import annotations

import io

from django.utils import translation

from pelekan.channels.chat import reports, visitors, writing
from pelekan.channels.chat.identity import Signed
from pelekan.demo.stories.steps import Step, Story, Teller, answer, do, escalate, note, screenshot
from pelekan.people.models import IdentityKind
from pelekan.tickets.models import Message

TOLD = {
    "page": "https://chakad.example/basket",
    "title": "چکاد | سبد خرید",
    "browser": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "screen": "1440×900",
    "zone": "Asia/Tehran",
}
"""What the browser tells along."""


def report(said: reports.Said, category: str, minutes: float = 1) -> Step:
    """The shop's signed-in customer fills in the form."""

    def step(t: Teller) -> None:
        now, shop, language = t.pass_(minutes), t.world.inboxes["shop"], t.customer.language
        address = t.customer.identities.filter(kind=IdentityKind.EMAIL).values_list("address", flat=True)[0]
        who = Signed(id=f"demo-{t.customer.pk}", email=address, name=t.customer.name)
        _token, visitor = visitors.sign_in(shop, who, language=language, now=now)
        shot = writing.upload(visitor, "basket.png", io.BytesIO(screenshot()), now=now)
        line = writing.Line("demo-report-0001", "", [shot.token], language, {**TOLD, "language": language})
        with translation.override(language):
            ticket = reports.report(
                visitor, line, said, contact={}, conversation_id=None, category=t.world.categories[category],
                now=now,
            )  # fmt: skip
        t.now_on(Message.objects.get(ticket=ticket, client_id=line.client_id))

    return step


REPORTS: tuple[Story, ...] = (
    Story("bahram", 7, (
        report(reports.Said(
            "سبد خریدم هر بار که زبان فروشگاه را عوض می‌کنم خالی می‌شود.",
            "دو جفت کفش کوه در سبد داشتم و صفحه را به عربی بردم تا برای همکارم بفرستم.",
            "باید همان دو کفش می‌ماند و فقط نوشته‌ها عربی می‌شد.", "always",
        ), "account"),
        do("take", "laila", 7),
        escalate("laila", "developers", "با همان مرورگر تکرار شد: سبد با عوض‌شدن زبان خالی می‌شود", 6),
        do("take", "james", 20), note("james", "The basket’s cookie was set for the Persian pages only. Set for the whole shop now.", 40),
        answer("james", "سلام آقای صالح‌نیا، درست می‌گفتید: با عوض‌شدن زبان سبد تازه‌ای ساخته می‌شد. درست شد و هر دو کفش دوباره در سبد شماست.", 10),
        do("solve", "james", 1),
    )),
)  # fmt: skip
