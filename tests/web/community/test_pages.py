"""The pages of the community as people meet them."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from PIL import Image

from pelekan.knowledge import readers, search
from pelekan.knowledge.community import following, keeping, steering, writing
from pelekan.knowledge.community.models import Following, Picture, Post, Readers, State, Topic
from pelekan.knowledge.models import Section, Translation
from pelekan.lib.time import now as clock
from pelekan.people.models import CustomerGroup
from pelekan.tickets.models import Ticket
from pelekan.web.community import forms
from tests.knowledge.community.conftest import Place
from tests.web.community.conftest import Browser

pytestmark = pytest.mark.django_db


def begun(
    place: Place, title: str = "Tent without pegs", source: str = "My tent came without its pegs, what now?"
) -> Topic:
    return writing.ask(place.space, by=place.mina, title=title, source=source, language="en")


def page(topic: Topic) -> str:
    return f"/community/en/t/{topic.pk}-{topic.slug}/"


def form(**known: str) -> dict[str, str]:
    """A form that was open for a while."""
    return {"opened": forms.fresh(clock() - timedelta(minutes=1))["opened"], "client_id": "one", **known}


def test_everybody_reads_and_the_page_can_be_kept(place: Place, browser: Browser) -> None:
    topic = begun(place, "پچ‌پچ <b>در</b> چادر")
    writing.answer(topic, by=place.emma, source="Ask for a new set.\n\n<script>alert(1)</script>")
    anyone = Client()
    for path in (
        "/community/en/",
        "/community/fa/",
        f"/community/ar/s/{place.space.slug}/",
        page(topic),
        f"/community/en/people/{place.mina.pk}/",
        "/community/en/search/?q=pegs",
    ):
        response = anyone.get(path)
        assert response.status_code == 200, path
        assert "sessionid" not in response.cookies and "csrftoken" not in response.cookies
        assert (
            "<script>alert" not in response.content.decode() and "<b>در</b>" not in response.content.decode()
        )
    seen = anyone.get(page(topic))
    assert seen["Cache-Control"].startswith("public") and seen["Content-Language"] == "en"
    assert anyone.get(page(topic), headers={"If-None-Match": seen["ETag"]}).status_code == 304
    writing.answer(topic, by=place.emma, source="Something quite new here to read")
    assert "quite new" in anyone.get(page(topic)).content.decode()
    text = seen.content.decode()
    assert f'<link rel="canonical" href="http://testserver/community/en/t/{topic.pk}-' in text
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)[1])  # type: ignore[index]
    assert data["@type"] == "QAPage" and data["mainEntity"]["answerCount"] == 1
    assert "example" not in json.dumps(data["mainEntity"]["author"])


def test_addresses_lead_on(place: Place, browser: Browser) -> None:
    topic, other = begun(place), begun(place, "No pegs in the bag", "Where are the pegs of my new tent?")
    assert Client().get(f"/community/en/t/{topic.pk}-old-title/")["Location"] == page(topic)
    steering.merge(topic, other, by=place.agent)
    assert Client().get(page(topic))["Location"] == page(other)
    assert Client().get("/community/")["Location"].startswith("/community/")
    assert Client().get("/community/de/").status_code == 404


def test_a_question_is_asked_answered_and_accepted(place: Place, browser: Browser) -> None:
    mina, emma = browser("mina"), browser("emma")
    assert mina.get("/community/en/ask/").status_code == 200
    known = form(
        title="Can I return a used tent?",
        text="I slept in it once.",
        space=place.space.slug,
        kind="question",
        language="en",
    )
    preview = mina.post("/community/en/ask/", {**known, "preview": "1"})
    assert "I slept in it once." in preview.content.decode() and not Topic.objects.exists()
    for _twice in range(2):
        asked = mina.post("/community/en/ask/", known)
        assert asked.status_code == 302
    topic = Topic.objects.get()
    answered = emma.post(f"/community/en/t/{topic.pk}/answer/", form(text="Within 14 days you can."))
    post = Post.objects.get(first=False)
    assert answered["Location"].endswith(f"#post-{post.pk}")
    assert emma.post(f"/community/en/posts/{post.pk}/accept/").status_code == 409
    assert mina.post(f"/community/en/posts/{post.pk}/accept/").status_code == 302
    voted = mina.post(f"/community/en/posts/{post.pk}/vote/", headers={"HX-Request": "true"})
    assert 'aria-pressed="true"' in voted.content.decode()
    topic.refresh_from_db()
    post.refresh_from_db()
    assert topic.accepted == post and post.votes == 1
    assert "Accepted answer" in Client().get(page(topic)).content.decode()


def test_what_is_missing_is_said_and_nothing_is_lost(place: Place, browser: Browser) -> None:
    mina = browser("mina")
    back = mina.post("/community/en/ask/", form(title="x", text="Long words that stay", space="nowhere"))
    text = back.content.decode()
    assert back.status_code == 422 and "Choose a space." in text and "Long words that stay" in text
    topic = begun(place)
    assert mina.post(f"/community/en/t/{topic.pk}/answer/", form(text=" ")).status_code == 422


def test_who_is_not_signed_in_is_asked_to_and_comes_back(place: Place, browser: Browser) -> None:
    topic = begun(place)
    anyone = Client()
    assert "/portal/sign-in/?next=/community/en/ask/" in anyone.get("/community/en/ask/")["Location"]
    for path in (
        f"/community/en/t/{topic.pk}/answer/",
        f"/community/en/posts/{topic.posts.get().pk}/vote/",
        "/community/en/upload/",
    ):
        assert anyone.post(path).status_code == 401
    kaveh = browser("kaveh")
    assert kaveh.get("/community/en/ask/")["Location"].startswith("/community/en/me/?next=")
    named = kaveh.post("/community/en/me/", {"name": "kaveh", "next": "/community/en/ask/", "mails": "on"})
    assert named["Location"] == "/community/en/ask/"
    assert kaveh.get("/community/en/ask/").status_code == 200
    assert browser("emma").post("/community/en/me/", {"name": "Kaveh"}).status_code == 422
    assert (
        kaveh.post("/community/en/me/", {"name": "kaveh", "next": "https://evil.example/"})["Location"]
        == "/community/en/me/?saved=1"
    )


def test_what_waits_only_its_author_and_the_team_see(place: Place, browser: Browser) -> None:
    yusuf = browser("yusuf")
    yusuf.post(
        "/community/en/ask/",
        form(title="Where is my order?", text="It left a week ago.", space=place.space.slug, kind="question"),
    )
    topic = Topic.objects.get()
    assert topic.state == State.WAITING
    assert "Waits for a look" in yusuf.get(page(topic)).content.decode()
    assert "Where is my order" in yusuf.get("/community/en/me/").content.decode()
    for one in (Client(), browser("emma")):
        assert one.get(page(topic)).status_code == 404
        assert "Where is my order" not in one.get("/community/en/").content.decode()
    sara = browser("sara")
    assert "It left a week ago." in sara.get("/desk/community/").content.decode()
    assert sara.post(f"/desk/community/posts/{topic.posts.get().pk}/approve/").status_code == 302
    assert "It left a week ago." in Client().get(page(topic)).content.decode()


def test_the_navigation_counts_what_waits(place: Place, browser: Browser) -> None:
    """With the other counts, in their one query, and its pages hear of it without all rights."""
    sara = browser("sara")
    assert '<data data-slug="community" value="">' in sara.get("/desk/counts/").content.decode()
    writing.ask(place.space, by=place.yusuf, title="Where is it?", source="My order is late.", language="en")
    assert '<data data-slug="community" value="1">' in sara.get("/desk/counts/").content.decode()
    page = sara.get("/desk/community/").content.decode()
    assert re.search(r'data-count="community"[^>]*>\s*[1۱]<', page)
    assert "community" in re.search(r'name="live-topics" content="([^"]*)"', page)[1].split()  # type: ignore[index]
    assert "js/desk/desk" in page, "the script that hears, counts and takes keys"
    steering.approve(Post.objects.get(), by=place.agent)
    assert '<data data-slug="community" value="">' in sara.get("/desk/counts/").content.decode()


def test_refusing_needs_a_reason_and_blocking_ends_the_writing(place: Place, browser: Browser) -> None:
    topic = writing.ask(
        place.space, by=place.yusuf, title="Cheap watches", source="Buy them at my shop now", language="en"
    )
    post, sara, yusuf = topic.posts.get(), browser("sara"), browser("yusuf")
    sara.post(f"/desk/community/posts/{post.pk}/refuse/", {"because": ""})
    post.refresh_from_db()
    assert post.state == State.WAITING
    sara.post(f"/desk/community/posts/{post.pk}/refuse-block/", {"because": "Advertising"})
    assert "Advertising" in yusuf.get("/community/en/me/").content.decode()
    other = begun(place)
    assert "ended your taking part" in yusuf.get(page(other)).content.decode()
    assert yusuf.post(f"/community/en/t/{other.pk}/answer/", form(text="Again I say")).status_code == 422
    assert "Yusuf" in sara.get("/desk/community/?list=blocked").content.decode()
    sara.post(f"/desk/community/members/{place.yusuf.pk}/unblock/")
    place.yusuf.refresh_from_db()
    assert place.yusuf.blocked_at is None


def test_a_form_that_a_machine_filled_waits(place: Place, browser: Browser) -> None:
    topic, emma = begun(place), browser("emma")
    emma.post(
        f"/community/en/t/{topic.pk}/answer/",
        form(text="A friendly answer to you", website="https://x.example"),
    )
    emma.post(
        f"/community/en/t/{topic.pk}/answer/",
        {"text": "Sent without having seen the form", "client_id": "two"},
    )
    assert [post.reasons for post in Post.objects.filter(first=False).order_by("pk")] == [["trap"], ["fast"]]


def test_more_at_once_is_looked_at_and_then_refused(place: Place, browser: Browser) -> None:
    topic, emma = begun(place), browser("emma")
    words = [
        "alpha",
        "bravo",
        "charlie",
        "delta",
        "echo",
        "foxtrot",
        "golf",
        "hotel",
        "india",
        "juliet",
        "kilo",
        "lima",
        "mike",
        "november",
        "oscar",
        "papa",
    ]
    answers = [
        emma.post(f"/community/en/t/{topic.pk}/answer/", form(text=f"{one} " * 3, client_id=one))
        for one in words
    ]
    assert [one.status_code for one in answers] == [302] * 15 + [422]
    assert "nothing is lost" in answers[-1].content.decode() and "papa" in answers[-1].content.decode()
    assert Post.objects.filter(first=False, state=State.SHOWN).count() == 4


def test_a_restricted_space_is_nowhere_on_the_pages_of_others(place: Place, browser: Browser) -> None:
    gold = CustomerGroup.objects.create(name="Gold")
    gold.customers.add(place.customers["mina"])
    inner = keeping.save_space(None, names={"en": "Goldroom"}, read=Readers.GROUPS, groups=[gold], by=None)
    topic = writing.ask(
        inner, by=place.mina, title="Prices of next year", source="Quite secret figures", language="en"
    )
    post = topic.posts.get()
    paths = ["/community/en/", "/community/en/search/?q=secret+figures", f"/community/en/people/{place.mina.pk}/", "/community/en/ask/similar/?q=Prices+of+next+year",
             "/community/en/ask/"]  # fmt: skip
    gone = [
        page(topic),
        f"/community/en/s/{inner.slug}/",
        f"/community/en/s/{inner.slug}/feed/",
        f"/community/en/posts/{post.pk}/report/",
        f"/community/en/posts/{post.pk}/history/",
    ]
    for one in (Client(), browser("emma")):
        for path in paths:
            text = one.get(path, follow=True).content.decode()
            assert not re.search(r"Goldroom|secret figures</|<a[^>]*>Prices", text), path
        assert {one.get(path, follow=True).status_code for path in gone} <= {404, 200}
        assert "Quite secret" not in "".join(one.get(path, follow=True).content.decode() for path in gone)
        assert one.get(page(topic)).status_code == 404 and one.get(gone[2]).status_code == 404
    emma = browser("emma")
    for path in (
        f"/community/en/t/{topic.pk}/answer/",
        f"/community/en/t/{topic.pk}/follow/",
        f"/community/en/posts/{post.pk}/vote/",
    ):
        assert emma.post(path, form(text="Let me in please")).status_code == 404
    mina = browser("mina")
    assert mina.get(page(topic)).status_code == 200
    assert "Prices of next year" in mina.get(f"/community/en/s/{inner.slug}/feed/").content.decode()


def test_pictures_are_drawn_anew_and_seen_with_their_post(place: Place, browser: Browser) -> None:
    mina, bytes_ = browser("mina"), io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(bytes_, "PNG")
    bytes_.seek(0)
    bytes_.name = "a.png"
    mark = mina.post("/community/en/upload/", {"picture": bytes_}).json()["mark"]
    token = re.search(r"[0-9a-f]{32}", mark)[0]  # type: ignore[index]
    assert Client().get(f"/community/files/{token}/").status_code == 404
    assert mina.get(f"/community/files/{token}/").status_code == 200
    mina.post(
        "/community/en/ask/",
        form(title="See my tent", text=f"So it looks\n\n{mark}", space=place.space.slug, kind="question"),
    )
    seen = Client().get(f"/community/files/{token}/")
    assert seen["Content-Type"] == "image/webp" and "sandbox" in seen["Content-Security-Policy"]
    bad = io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")
    bad.name = "x.png"
    assert mina.post("/community/en/upload/", {"picture": bad}).status_code == 422
    assert Picture.objects.count() == 1


def test_feed_and_following_and_the_way_out(place: Place, browser: Browser) -> None:
    topic, emma = begun(place), browser("emma")
    feed = Client().get(f"/community/en/s/{place.space.slug}/feed/")
    assert feed["Content-Type"].startswith("application/atom+xml") and topic.title in feed.content.decode()
    emma.post(f"/community/en/t/{topic.pk}/follow/", {"wanted": "1"})
    emma.post(f"/community/en/s/{place.space.slug}/follow/", {"wanted": "1"})
    assert Following.objects.filter(member=place.emma, ended=False).count() == 2
    row = Following.objects.get(member=place.emma, topic=topic)
    path = f"/community/en/off/{following.off_token(row)}/"
    anyone = Client()
    assert anyone.get(path).status_code == 200 and not Following.objects.get(pk=row.pk).ended
    anyone.post(path)
    assert Following.objects.get(pk=row.pk).ended
    anyone.post(path, {"all": "1"})
    place.emma.refresh_from_db()
    assert not place.emma.mails
    assert anyone.get("/community/en/off/1-x/").status_code == 404


def test_an_article_of_it_without_names_and_a_request_of_it(place: Place, browser: Browser) -> None:
    topic = begun(
        place, source="I am Emma-C's neighbour, write to mina@example.com or 0912 345 6789. No pegs!"
    )
    answer = writing.answer(topic, by=place.emma, source="@مینا.ص ask for a new set, it is free.")
    steering.accept(answer, by=place.mina)
    shelf = Section.objects.create(slug="tents", names={"en": "Tents"})
    sara = browser("sara")
    sara.post(f"/desk/community/{topic.pk}/article/", {"section": shelf.pk})
    sara.post(f"/desk/community/{topic.pk}/article/", {"section": shelf.pk})
    draft = Translation.objects.get(article__section=shelf)
    assert draft.newest and draft.published is None
    assert not re.search(r"Emma|مینا|example\.com|0912", draft.newest.body)
    assert "ask for a new set" in draft.newest.body and f"/t/{topic.pk}-" in draft.newest.body
    sara.post(f"/desk/community/{topic.pk}/ticket/")
    sara.post(f"/desk/community/{topic.pk}/ticket/")
    ticket = Ticket.objects.get()
    assert ticket.customer == place.customers["mina"] and ticket.number
    assert "The team took this up" in Client().get(page(topic)).content.decode()
    assert f"/portal/requests/{ticket.number}/" not in Client().get(page(topic)).content.decode()
    assert f"/portal/requests/{ticket.number}/" in browser("mina").get(page(topic)).content.decode()
    seen = sara.get(f"/desk/community/{topic.pk}/").content.decode()
    editor = re.search(rf'href="(/desk/knowledge/{draft.article_id}/en/)"', seen)
    assert editor and sara.get(editor[1]).status_code == 200


def test_the_desk_orders_topics(place: Place, browser: Browser) -> None:
    topic, other, sara = (
        begun(place),
        begun(place, "No pegs in the bag", "Where are the pegs of my new tent?"),
        browser("sara"),
    )
    inner = keeping.save_space(None, names={"en": "News"}, write="team", by=None)
    for what, known in (
        ("lock", {}),
        ("pin", {}),
        ("move", {"space": inner.pk}),
        ("duplicate", {"other": other.pk}),
        ("merge", {"other": "x"}),
    ):
        assert sara.post(f"/desk/community/{topic.pk}/{what}/", known).status_code == 302
    topic.refresh_from_db()
    assert (topic.locked_at and topic.pinned_at, topic.space, topic.duplicate_of) == (
        topic.pinned_at,
        inner,
        other,
    )
    assert "asked before" in Client().get(page(topic)).content.decode()
    for name in ("waiting", "unanswered", "topics", "blocked", "nonsense"):
        assert sara.get(f"/desk/community/?list={name}").status_code == 200


def test_the_settings(place: Place, browser: Browser) -> None:
    arash = browser("arash")
    assert "سفارش‌ها" in arash.get("/desk/settings/community/").content.decode()
    known = {"name_en": "Ideas", "name_fa": "ایده‌ها", "read": "public", "write": "customers"}
    assert arash.post("/desk/settings/community/new/", known).status_code == 302
    assert arash.post("/desk/settings/community/new/", {**known, "read": "groups"}).status_code == 422
    kept = {
        "trust_after": "۳", "edit_minutes": "30", "unanswered_hours": "12", "words": "casino\nقمار", "most_links": "1",
        "hide_after": "2", "usual_posts": "5", "most_posts": "4", "network_posts": "100",
    }  # fmt: skip
    assert arash.post("/desk/settings/community/", kept).status_code == 422, "more at once than are taken"
    kept["most_posts"] = "20"
    assert arash.post("/desk/settings/community/", kept).status_code == 302
    assert (keeping.rules().trust_after, keeping.rules().words) == (3, ["casino", "قمار"])
    assert (keeping.rules().most_links, keeping.rules().hide_after, keeping.rules().most_posts) == (1, 2, 20)
    arash.post(f"/desk/settings/community/{place.space.pk}/archive/")
    assert Client().get(f"/community/en/s/{place.space.slug}/").status_code == 404


def test_the_sitemap_and_the_one_index(place: Place, browser: Browser) -> None:
    topic = begun(place)
    inner = keeping.save_space(None, names={"en": "Inner"}, read=Readers.CUSTOMERS, by=None)
    hidden = writing.ask(
        inner, by=place.mina, title="Only for customers", source="Pegs for members only", language="en"
    )
    for one in (Client(), browser("mina")):  # whoever asks
        text = one.get("/community/sitemap.xml").content.decode()
        assert topic.slug in text and hidden.slug not in text and inner.slug not in text
    assert Client().get(f"/community/en/t/{topic.pk}/")["Location"] == page(topic)
    found = search.find("pegs", reader=readers.ANYONE)
    assert [(hit.kind, hit.id) for hit in found.hits] == [("topic", topic.pk)]
    mina = readers.of_customer(place.customers["mina"])
    assert {hit.id for hit in search.find("pegs", reader=mina).hits} == {topic.pk, hidden.pk}
    keeping.save_space(place.space, names={"en": "Orders"}, read=Readers.CUSTOMERS, by=None)
    assert not search.find("pegs", reader=readers.ANYONE).hits
    search.rebuild()
    assert len(search.find("pegs", reader=mina).hits) == 2


def test_what_fits_is_shown_while_asking(place: Place, browser: Browser) -> None:
    topic = begun(place, "Where do I get new pegs for my tent?")
    begun(place, "Boots for winter walks", "Which boots do you take into deep snow?")
    seen = browser("emma").get("/community/en/ask/similar/?q=new+pegs+for+a+tent").content.decode()
    assert topic.slug in seen and "Boots" not in seen
    assert "similar" not in browser("emma").get("/community/en/ask/similar/?q=peg").content.decode()
