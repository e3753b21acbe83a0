"""What only the team reads."""

from __future__ import annotations

from pelekan.demo.articles.shape import Text

TEXTS = (
    Text(
        "claims", "team", visibility="agents", by="dara", owner="dara", days=50, categories=("bank", "gateway"), related=("twice", "gateway"),
        words={
            "fa": ("برداشت دوباره: چه بپرسیم و به چه کسی بسپاریم", "برای خط اول، پیش از ارجاع به گروه مالی.", """
## بپرسید

- شمارهٔ پیگیری هر دو برداشت و ساعت آن‌ها
- چهار رقم آخر کارت (نه بیشتر)

## نگاه کنید

در پنل درگاه، تراکنش را با شمارهٔ پیگیری بجویید. «ناموفق، در انتظار برگشت» یعنی بانک خودش برمی‌گرداند: پیام آماده را بفرستید و تیکت را در انتظار بگذارید.

## بسپارید

اگر بیش از ۷۲ ساعت کاری گذشته، یا هر دو تراکنش «موفق» است، با هر دو شماره به **پرداخت و مالی** ارجاع دهید. سقف استرداد دستی خط اول ۵۰۰ هزار تومان است.
"""),
        },
    ),
    Text(
        "gateway", "team", visibility="tier", tier=3, by="james", owner="james", days=35, categories=("gateway",), related=("claims",),
        words={
            "en": ("Runbook: the payment gateway does not answer", "Switch to the second gateway, then tell the others.", """
1. Check the gateway's health endpoint from two networks. One failing network is ours, not theirs.
2. Set `PAY_ROUTE=second` on both web servers and reload them. Open carts keep their gateway for ten minutes.
3. Tell the front line in the team's channel, with the time from which it holds.
4. After an hour without errors, set it back and re-run the reconciliation job for the whole window.
"""),
        },
    ),
)  # fmt: skip
