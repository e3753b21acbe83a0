"""The shop's web site in the demo: a page of any other maker, with Pelekan's one script tag in it."""

from __future__ import annotations

from html import escape

from pelekan.lib.text import local_digits

PAGES = ("/", "/account/renew", "/checkout/result")

WORDS = {
    "fa": {
        "shop": "چکاد", "line": "برای کوه، جاده و شب‌های بی‌چراغ", "cart": "سبد خرید", "account": "حساب من", "renew": "تمدید اشتراک",
        "goods": ["چادر دونفرهٔ سهند", "کوله‌پشتی ۴۵ لیتری الوند", "باتوم کربنی کاوه", "کیسه‌خواب سبک زاگرس", "چراغ پیشانی شباهنگ", "فلاسک یک‌لیتری دنا"],
        "price": "تومان", "paid": "نتیجهٔ پرداخت", "paid_text": "بانک پرداخت را تأیید کرده است، ولی سفارش شما هنوز ثبت نشده. اگر تا چند دقیقه چیزی ندیدید، از گفتگوی گوشهٔ صفحه به ما بگویید.",
        "renew_text": "اشتراک باشگاه کوهنوردان چکاد تا پایان آذر اعتبار دارد. با تمدید، ارسال رایگان و تخفیف تورها ادامه پیدا می‌کند.", "go": "تمدید و پرداخت",
    },
    "ar": {
        "shop": "تشكاد", "line": "للجبل والطريق وليالي بلا مصابيح", "cart": "السلة", "account": "حسابي", "renew": "تجديد الاشتراك",
        "goods": ["خيمة سهند لشخصين", "حقيبة ألوند ٤٥ لتراً", "عصا كاوه الكربونية", "كيس نوم زاغروس الخفيف", "مصباح الرأس شباهنگ", "ترمس دنا لتر واحد"],
        "price": "تومان", "paid": "نتيجة الدفع", "paid_text": "أكّد البنك عملية الدفع لكن طلبك لم يُسجَّل بعد. إن لم تر شيئاً خلال دقائق فأخبرنا من نافذة المحادثة.",
        "renew_text": "اشتراك نادي المتسلقين صالح حتى نهاية الشهر. بالتجديد يستمر الشحن المجاني وخصم الرحلات.", "go": "جدّد وادفع",
    },
    "en": {
        "shop": "Chakad", "line": "For mountains, roads and nights without lamps", "cart": "Cart", "account": "My account", "renew": "Renew membership",
        "goods": ["Sahand two-person tent", "Alvand backpack, 45 l", "Kaveh carbon poles", "Zagros light sleeping bag", "Shabahang head lamp", "Dena flask, 1 l"],
        "price": "Toman", "paid": "Payment result", "paid_text": "The bank has confirmed the payment, but your order is not registered yet. If nothing shows within some minutes, tell us in the chat at the corner.",
        "renew_text": "Your climbers’ club membership is valid until the end of the month. Renewing keeps free delivery and tour discounts.", "go": "Renew and pay",
    },
}  # fmt: skip
PRICES = (4_850_000, 2_190_000, 1_320_000, 3_640_000, 690_000, 540_000)
SHADES = ("#0f766e", "#b45309", "#475569", "#7c2d12", "#1e3a8a", "#3f6212")

STYLE = """
:root{color-scheme:light}*{box-sizing:border-box}body{margin:0;font:16px/1.7 Vazirmatn,"Segoe UI",Tahoma,sans-serif;background:#fbfaf7;color:#1c1917}
header{display:flex;gap:24px;align-items:center;padding:18px clamp(16px,6vw,96px);border-block-end:1px solid #e7e5e4;flex-wrap:wrap}
header b{font-size:22px;margin-inline-end:auto}a{color:inherit;text-decoration:none}header a:hover,.langs a:hover{color:#0f766e}
.hero{padding:clamp(32px,7vw,88px) clamp(16px,6vw,96px);background:linear-gradient(160deg,#134e4a,#0f766e 60%,#b7c9a8);color:#fff}
.hero h1{font-size:clamp(26px,5vw,46px);line-height:1.35;margin:0 0 12px;max-inline-size:16em}
.goods{display:grid;gap:20px;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));padding:40px clamp(16px,6vw,96px)}
.good{background:#fff;border:1px solid #e7e5e4;border-radius:14px;overflow:hidden}.good svg{display:block;inline-size:100%;block-size:150px}
.good div{padding:14px 16px}.good b{display:block}.good span{color:#57534e}
.sheet{max-inline-size:640px;margin:48px auto;padding:28px;background:#fff;border:1px solid #e7e5e4;border-radius:14px}
.go{display:inline-block;margin-block-start:12px;padding:10px 22px;border-radius:10px;background:#0f766e;color:#fff}
footer{padding:24px clamp(16px,6vw,96px);color:#57534e}.langs a{margin-inline-end:14px}
"""


def page(path: str, language: str, desk: str) -> str:
    """One page of the shop, with the widget of the desk at address `desk`."""
    language = language if language in WORDS else "fa"
    words = WORDS[language]
    query = f"?lang={language}"
    if path == "/account/renew":
        body = f'<div class="sheet"><h1>{words["renew"]}</h1><p>{words["renew_text"]}</p><a class="go" href="/checkout/result{query}">{words["go"]}</a></div>'
    elif path == "/checkout/result":
        body = f'<div class="sheet"><h1>{words["paid"]}</h1><p>{words["paid_text"]}</p></div>'
    else:
        goods = "".join(
            _good(i, name, str(words["price"]), language) for i, name in enumerate(words["goods"])
        )
        body = f'<div class="hero"><h1>{words["line"]}</h1></div><div class="goods">{goods}</div>'
    langs = " ".join(
        f'<a href="{path}?lang={code}" lang="{code}">{WORDS[code]["shop"]} · {code}</a>' for code in WORDS
    )
    return (
        f'<!doctype html><html lang="{language}" dir="{"ltr" if language == "en" else "rtl"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{words["shop"]}</title><style>{STYLE}</style></head><body>'
        f'<header><b><a href="/{query}">▲ {words["shop"]}</a></b><a href="/account/renew{query}">{words["renew"]}</a>'
        f'<a href="/checkout/result{query}">{words["cart"]}</a></header>{body}<footer class="langs">{langs}</footer>'
        f'<script src="{escape(desk)}/widget/shop-widget.js" data-language="{language}" async></script></body></html>'
    )


def _good(i: int, name: str, currency: str, language: str) -> str:
    price = f"{PRICES[i]:,}"
    if language != "en":
        price = local_digits(price, language).replace(",", "٬")
    shade = SHADES[i]
    hill = f"M0 150 L{40 + 18 * i} {60 + 6 * i} L{120 + 9 * i} 118 L{190 - 7 * i} {34 + 9 * i} L320 150 Z"
    return (
        f'<div class="good"><svg viewBox="0 0 320 150" preserveAspectRatio="none" role="presentation"><rect width="320" height="150" fill="{shade}22"/>'
        f'<path d="{hill}" fill="{shade}"/></svg><div><b>{name}</b><span dir="ltr">{price}</span> <span>{currency}</span></div></div>'
    )
