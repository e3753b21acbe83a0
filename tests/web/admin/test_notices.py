"""Settings → Notices: what, by which inbox, in whose words, and how customers rate."""

from __future__ import annotations

from django.test import Client

from pelekan.demo.world import World
from pelekan.tickets.actions import receive, solve
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Event, Inbox, NoticeText
from pelekan.tickets.notices import defaults, rating, words

S = "/desk/settings/notices/"


def usual(kind: str, **own: str) -> dict[str, str]:
    return {
        f"{form}_{code}": text[code][kind]
        for form, text in (("full", defaults.FULL), ("short", defaults.SHORT))
        for code in ("fa", "ar", "en")
    } | own


def test_by_inbox(world: World, admin: Client) -> None:
    keep = [
        f"{pk}:{kind}"
        for pk in Inbox.objects.values_list("pk", flat=True)
        for kind in ("moved", "waiting", "rate", "verify")
    ]
    admin.post(S, {"on": keep})
    assert all(inbox.silent == ["reminder", "solved"] for inbox in Inbox.objects.all())
    assert Event.objects.filter(name="inbox.changed").count() == 4
    page = admin.get(S).content.decode()
    mail = world.inboxes["mail"].pk
    assert f'value="{mail}:rate" aria-label' in page and page.count(" checked") >= 12


def test_words_are_kept_only_where_they_differ_and_former_ones_stay_in_the_log(
    world: World, admin: Client
) -> None:
    admin.post(S + "solved/", usual("solved", full_en="All done, {number}."))
    assert list(NoticeText.objects.values_list("kind", "language", "full", "short")) == [
        ("solved", "en", "All done, {number}.", "")
    ]
    admin.post(S + "solved/", usual("solved", full_en="Done: {number}."))
    event = Event.objects.filter(name="notice_text.changed").latest("pk")
    assert event.data["before"]["full"] == "All done, {number}." and event.agent == world.agents["arash"]
    words.forget()
    assert "Done: {number}." in admin.get(S + "solved/").content.decode()
    admin.post(S + "solved/", {**usual("solved"), "reset": "en"})
    assert not NoticeText.objects.exists() and Event.objects.filter(name="notice_text.reset").exists()


def test_an_unknown_placeholder_is_named_and_nothing_is_lost(world: World, admin: Client) -> None:
    world.agents["arash"].user.language = "en"
    world.agents["arash"].user.save()
    answer = admin.post(S + "solved/", usual("solved", full_ar="تم {nummer}", short_en="{subject}"))
    page = answer.content.decode()
    assert answer.status_code == 422 and not NoticeText.objects.exists()
    assert "There is no placeholder {nummer}" in page and "تم {nummer}" in page
    assert "There is no placeholder {subject}" in page, "a short text has its own list"


def test_a_preview_in_three_languages_keeps_nothing(world: World, admin: Client) -> None:
    answer = admin.post(S + "moved/", usual("moved", full_fa="شمارهٔ {number} <b>", preview="1"))
    page = answer.content.decode()
    assert answer.status_code == 200 and not NoticeText.objects.exists()
    assert "۱۰۴۲" in page and "١٠٤٢" in page and "&lt;b&gt;" in page
    for code, way in (("fa", "rtl"), ("ar", "rtl"), ("en", "ltr")):
        assert f'<div lang="{code}" dir="{way}">' in page
    assert admin.get(S + "nonsense/").status_code == 404


def test_ratings_in_figures(world: World, admin: Client) -> None:
    mina = world.customers["mina"]
    for stars in (5, 4, 4):
        message = receive(
            Incoming(
                inbox_id=world.inboxes["portal"].pk,
                channel="portal",
                customer_id=mina.pk,
                text="سلام",
                subject="پول",
            )
        )
        solve(message.ticket, by=world.agents["dara"])
        solving = Event.objects.filter(name="ticket.solved").latest("pk")
        rating.rate(solving, by=mina, stars=stars, words="خوب <script>", way="portal")
    page = admin.get(S).content.decode()
    assert "۴.۳" in page and "<script>" not in page.split("<h2", 2)[1] and "خوب &lt;script&gt;" in page
    assert "4.3" in admin.get("/desk/settings/").content.decode().replace("۴.۳", "4.3")
