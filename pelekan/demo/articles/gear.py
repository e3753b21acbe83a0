"""An article with a picture, a table and a line that runs the other way; one that comes out tomorrow; words that mean the same."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

from PIL import Image, ImageDraw

from pelekan.demo.world import World
from pelekan.knowledge import actions, pictures, reviewing
from pelekan.knowledge.files.markdown import to_html
from pelekan.knowledge.models import Article, Section
from pelekan.knowledge.search import synonyms

ALIKE = (
    "فاکتور\nصورتحساب\nرسید خرید",
    "مرجوع کردن\nپس فرستادن\nبازگشت کالا",
    "فاتورة\nكشف حساب\nإيصال",
    "invoice\nbill\nreceipt",
)
WORDS = {
    "fa": ("چادر چندنفره بخرم؟", "اندازه‌ها، و جایی که هر نفر می‌خواهد.", "طرح چادر دونفره از روبه‌رو", """
## جای هر نفر

هر نفر با کیسه‌خواب حدود ۶۰ سانتی‌متر جا می‌خواهد؛ برای کوله‌ها ۴۰ سانتی‌متر دیگر بگذارید.

PICTURE

## اندازه‌ها

| مدل | نفر | وزن |
|---|---|---|
| دماوند ۲ | ۲ | ۲٫۱ کیلو |
| دماوند ۳ | ۳ | ۲٫۸ کیلو |
| دماوند ۴ | ۴ | ۳٫۶ کیلو |

## شمارهٔ مدل

روی کیسهٔ چادر به لاتین نوشته شده است:

<p dir="ltr">DAMAVAND-2 / 210T ripstop / 3000 mm</p>

آخرین عدد می‌گوید پارچه چند میلی‌متر آب را نگه می‌دارد.
"""),
    "en": ("Which size of tent do I need?", "Sizes, and the room that each person takes.", "A tent for two, seen from the front", """
## Room for each

Each person with a sleeping bag takes about 60 cm; add 40 cm for the packs.

PICTURE

## Sizes

| Model | Persons | Weight |
|---|---|---|
| Damavand 2 | 2 | 2.1 kg |
| Damavand 3 | 3 | 2.8 kg |
| Damavand 4 | 4 | 3.6 kg |

## The model's number

It stands on the tent's bag, with its name in Persian:

<p dir="rtl">دماوند ۲، مقاوم در برابر پارگی، ۳۰۰۰ میلی‌متر</p>

The last number says how many millimetres of water the cloth holds off.
"""),
}  # fmt: skip
TOMORROW = (
    "ساعت کار فروشگاه در شب یلدا",
    "آخر آذر زودتر می‌بندیم.",
    "شب یلدا فروشگاه تا ساعت ۱۶ باز است و سفارش‌های اینترنتی فردا صبح فرستاده می‌شوند.",
)


def show(world: World, now: datetime) -> dict[str, Article]:
    """By key: "size", "yalda"."""
    section, sara, nika = Section.objects.get(slug="gear"), world.agents["sara"], world.agents["nika"]
    at = now - timedelta(days=12)
    row = actions.begin(section, language="fa", title=WORDS["fa"][0], by=sara, owner=sara, now=at)
    drawn = pictures.keep(row.article, _tent(), "tent.png", by=sara)
    for code, (title, summary, alt, text) in WORDS.items():
        figure = f'<p><img src="{pictures.address(drawn)}" alt="{alt}" width="640" height="320"></p>'
        row = actions.write(
            row.article, language=code, title=title, summary=summary, body=to_html(text.replace("PICTURE", figure)), by=sara,
            now=at,
        )  # fmt: skip
        actions.publish(row, by=nika, now=at + timedelta(hours=2))
    title, summary, text = TOMORROW
    soon = actions.begin(
        Section.objects.get(slug="delivery"), language="fa", title=title, summary=summary, body=to_html(text), by=sara, owner=sara,
        now=now - timedelta(days=1),
    )  # fmt: skip
    reviewing.schedule(soon, now + timedelta(days=1), by=nika, now=now - timedelta(hours=3))
    return {"size": row.article, "yalda": soon.article}


def say_alike(world: World) -> None:
    for lines in ALIKE:
        synonyms.save(None, lines=lines, by=world.agents["arash"])


def _tent() -> bytes:
    """Drawn here: a tent for two on a slope."""
    image = Image.new("RGB", (640, 320), "#e8f0ec")
    draw = ImageDraw.Draw(image)
    draw.ellipse((490, 30, 560, 100), fill="#f2c14e")
    draw.polygon([(0, 250), (170, 110), (330, 250)], fill="#b7c9c0")
    draw.rectangle((0, 250, 640, 320), fill="#7fa08c")
    draw.polygon([(170, 270), (320, 90), (470, 270)], fill="#0f766e")
    draw.polygon([(280, 270), (320, 130), (360, 270)], fill="#0b4f4a")
    for start, end in (((320, 90), (120, 285)), ((320, 90), (520, 285))):
        draw.line((start, end), fill="#5b4636", width=3)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
