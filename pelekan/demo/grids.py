"""What priority means in the demo's office: for money, for technical matters, and for everything else; and what the
portal and the shop's chat ask."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from typing import Any

from pelekan.demo.levels import SINCE
from pelekan.demo.world import World
from pelekan.tickets import rulebooks
from pelekan.tickets.forms import PORTAL
from pelekan.tickets.grids import blank
from pelekan.tickets.models import Inbox

Words = tuple[str, str, str]  # fa, ar, en


def put_in_force(world: World, now: datetime) -> None:
    """As if they had been in force for some weeks."""
    then = now - SINCE
    draft = rulebooks.keep("priority", document(world), by=None, note="پول، فنی، و بقیه", now=then)
    rulebooks.enable(draft, by=None, now=then)
    Inbox.objects.filter(pk=world.inboxes["portal"].pk).update(questions=portal())
    Inbox.objects.filter(pk=world.inboxes["shop"].pk).update(questions=chat())


def document(world: World) -> dict[str, Any]:
    money = _grid(
        "money", ("فروشگاه و پرداخت", "المتجر والدفع", "Shop and payments"), [world.teams["payments"].pk],
        [("یک سفارش", "طلب واحد", "One order"), ("چند سفارش", "عدة طلبات", "Several orders"),
         ("پول از دست رفته", "مال مفقود", "Money is gone")],
        [("کالا ناموجود است یا دیر می‌رسد", "السلعة غير متوفرة أو متأخرة", "Out of stock, or late"),
         ("پرداخت نشد، راه دیگری هست", "فشل الدفع وهناك طريق آخر", "Payment failed, another way works"),
         ("بانک پول را کم کرده و سفارشی ثبت نشده", "خصم البنك المبلغ بلا طلب", "The bank took money and there is no order")],
        {"1-1": 1, "1-2": 1, "1-3": 2, "2-1": 1, "2-2": 2, "2-3": 3, "3-1": 3, "3-2": 4, "3-3": 4},
    )  # fmt: skip
    technical = _grid(
        "technical", ("فنی", "التقني", "Technical"), [world.teams["technical"].pk, world.teams["developers"].pk],
        [("یک کاربر", "مستخدم واحد", "One user"), ("یک شرکت یا گروه", "شركة أو مجموعة", "One company or group"),
         ("همهٔ کاربران", "كل المستخدمين", "All users")],
        [("ظاهر یا یک عدد نادرست", "مظهر أو رقم خاطئ", "A look or a wrong figure"),
         ("کند است یا گاهی خطا می‌دهد", "بطيء أو يخطئ أحياناً", "Slow, or fails at times"),
         ("کار نمی‌کند", "لا يعمل", "It does not work")],
        {"1-1": 1, "1-2": 2, "1-3": 3, "2-1": 2, "2-2": 2, "2-3": 3, "3-1": 2, "3-2": 3, "3-3": 4},
    )  # fmt: skip
    rest = blank("all", {"fa": "همهٔ بخش‌های دیگر", "ar": "كل الأقسام الأخرى", "en": "All other departments"})
    return {"grids": [money, technical, rest]}


def _grid(
    id: str, name: Words, teams: list[int], impact: list[Words], urgency: list[Words], cells: dict[str, int]
) -> dict[str, Any]:
    grid = blank(id, _told(name))
    grid["when"] = {"teams": teams, "inboxes": []}
    grid["cells"] = cells
    grid["impact"] = [{"name": {}, "text": _told(words)} for words in impact]
    grid["urgency"] = [{"name": {}, "text": _told(words)} for words in urgency]
    return grid


def _told(words: Words) -> dict[str, str]:
    return dict(zip(("fa", "ar", "en"), words, strict=True))


def portal() -> list[dict[str, Any]]:
    """The two usual questions, and one that only follows where work stands still."""
    people = {
        "name": "people", "kind": "number", "required": False,
        "label": _told(("کار چند نفر متوقف شده؟", "كم شخصاً توقّف عمله؟", "How many people can't work?")),
        "show_if": {"name": "go_on", "is": ["no"]},
        "options": [{"value": "2", "impact": 2}, {"value": "10", "impact": 3, "tag": "many-people"}],
    }  # fmt: skip
    return [deepcopy(PORTAL[0]), people, deepcopy(PORTAL[1])]


def chat() -> list[dict[str, Any]]:
    """One question before a chat, and the number of the order where it is about one."""
    about = {
        "name": "about", "kind": "choice", "required": False,
        "label": _told(("گفتگو دربارهٔ چیست؟", "عمّ تريد أن تسأل؟", "What is it about?")),
        "options": [
            {"value": "order", "label": _told(("سفارشی که داده‌ام", "طلب قدّمته", "An order that I made"))},
            {"value": "paid", "label": _told(("پول رفته و سفارش ثبت نشده", "خُصم المبلغ ولم يُسجَّل الطلب", "I paid, and there is no order")),
             "impact": 3, "urgency": 3, "tag": "پرداخت"},
            {"value": "ask", "label": _told(("فقط سؤالی دارم", "لدي سؤال فقط", "I only have a question")), "impact": 1, "urgency": 1},
        ],
    }  # fmt: skip
    number = {
        "name": "order", "kind": "text", "required": False,
        "label": _told(("شمارهٔ سفارش", "رقم الطلب", "Number of the order")),
        "show_if": {"name": "about", "is": ["order", "paid"]},
    }  # fmt: skip
    return [about, number]
