"""What readers say, what they take along to a person, and what is written down of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.knowledge.models import Remark, Translation
from pelekan.knowledge.trail.models import Offer, Question, Reading
from pelekan.tickets.models import Bell, Conversation, Ticket
from pelekan.web.help import saying
from tests.web.help.books import address, article
from tests.web.portal.desk import browser_of

pytestmark = pytest.mark.django_db
BROWSER = {"HTTP_USER_AGENT": "Mozilla/5.0 Firefox/150", "HTTP_SEC_FETCH_SITE": "same-origin"}


def reader() -> Client:
    return Client(enforce_csrf_checks=True, **BROWSER)


def say(browser: Client, row: Translation, helped: str, text: str = "", **headers: str) -> Any:
    return browser.post(
        f"/help/{row.language}/a/{row.pk}/said/", {"helped": helped, "text": text}, headers=headers
    )


def votes(row: Translation) -> tuple[int, int]:
    row.refresh_from_db()
    return row.helped, row.unhelped


def test_one_voice_for_each_reader(world: World) -> None:
    row = article(by=world.agents["nika"], owner=world.agents["nika"])
    one, other = reader(), reader()
    assert say(one, row, "yes")["Location"].endswith("/said/?word=yes")
    say(one, row, "yes")
    assert votes(row) == (1, 0)
    say(one, row, "no")  # he may change his mind
    assert votes(row) == (0, 1)
    say(one, row, "no", "How much is it?")
    say(other, row, "yes")
    mina = browser_of(world, "mina")
    say(mina, row, "yes", **{"Sec-Fetch-Site": "same-origin"})
    assert votes(row) == (2, 1) and Remark.objects.count() == 3
    kept = Remark.objects.get(helped=False)
    assert kept.text == "How much is it?" and kept.visitor and kept.customer is None
    assert Bell.objects.get(kind="remark").agent == world.agents["nika"]


def test_only_from_our_own_pages(world: World) -> None:
    row = article()
    browser = Client(enforce_csrf_checks=True)
    for headers in (
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Referer": "https://evil.example/x"},
    ):
        assert say(browser, row, "yes", **headers).status_code == 403
    assert say(browser, row, "yes", Origin="http://testserver").status_code == 302
    assert votes(row) == (1, 0)


def test_limits_and_nonsense(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = article()
    assert say(reader(), row, "perhaps").status_code == 422
    for _n in range(saying.SAID.count):
        say(reader(), row, "yes")
    refused = say(reader(), row, "no", "x")
    assert (
        refused.status_code == 429 and refused["Retry-After"] and "was not kept" in refused.content.decode()
    )
    assert votes(row) == (saying.SAID.count, 0)
    hidden = article(visibility="agents")
    assert say(reader(), hidden, "yes").status_code == 404
    trap = reader().post(f"/help/en/a/{row.pk}/said/", {"helped": "no", "text": "buy", "address": "x"})
    assert "Thank you" in trap.content.decode() and not Remark.objects.filter(text="buy").exists()


def test_the_part_alone_for_our_script(world: World) -> None:
    row = article()
    part = say(reader(), row, "no", **{"X-Part": "1"}).content.decode()
    assert "<html" not in part and "What was missing?" in part and "csrf" not in part


def test_search_read_solved_is_counted(world: World) -> None:
    row = article("Pay by card")
    browser = reader()
    page = browser.get("/help/en/search/", {"q": "card"}).content.decode()
    question = Question.objects.get()
    assert question.text == "card" and question.found == 1
    link = page.split('href="/help/en/go/')[1].split('"')[0].replace("&amp;", "&")
    assert browser.get("/help/en/go/" + link)["Location"] == address(row)
    question.refresh_from_db()
    assert question.clicked == row
    say(browser, row, "yes")
    reading = Reading.objects.get()
    assert reading.solved is True and reading.question == question and reading.visit == question.visit


def test_who_asks_not_to_be_followed(world: World) -> None:
    row = article("Pay by card")
    browser = Client(**BROWSER, HTTP_DNT="1")
    browser.get("/help/en/search/", {"q": "card"})
    say(browser, row, "yes")
    assert votes(row) == (1, 0) and not Reading.objects.filter(visit__isnull=False).exists()
    assert (
        not Question.objects.filter(visit__isnull=False).exists() and "pelekan_steps" not in browser.cookies
    )


def test_nothing_found_leads_to_a_person(world: World) -> None:
    article("Pay by card")
    page = reader().get("/help/en/search/", {"q": "zeppelin"}).content.decode()
    assert "Nothing found" in page and "/portal/requests/new/" in page
    assert Question.objects.get().found == 0


def test_still_need_help_takes_the_article_along(world: World) -> None:
    """S110: from any article to a request in one step; in a tree with what was found out."""
    tree = {
        "start": "a",
        "nodes": {
            "a": {"text": "<p>Is it on?</p>", "choices": [{"label": "Yes", "to": "b"}]},
            "b": {"text": "<p>Call us.</p>"},
        },
    }
    row = article("It is dark", kind="tree", data=tree)
    assert (
        f"/portal/requests/new/?article={row.pk}&amp;way=1"
        in reader().get(address(row, "at/1/")).content.decode()
    )
    mina = browser_of(world, "mina")
    form = mina.get(f"/portal/requests/new/?article={row.pk}&way=1").content.decode()
    assert "It is dark" in form and "Is it on?" in form and "You have read" in form
    fields = {
        "subject": "Dark",
        "text": "Still dark",
        "article": row.pk,
        "way": "1",
        "went_on": "1",
        "client_id": "c-1",
    }
    team = form.split('name="team" value="')[1].split('"')[0] if 'name="team"' in form else ""
    mina.post("/portal/requests/new/", {**fields, "team": team})
    ticket = Ticket.objects.get(subject="Dark")
    context = Conversation.objects.get(ticket=ticket).context
    assert context["read_before"] == "It is dark" and context["found_out"] == "Is it on? Yes"
    offer = Offer.objects.get(ticket=ticket, place="help")
    assert offer.went_on_at is not None and list(offer.articles.all()) == [row.article]
    secret = article("SECRET-PLAN", visibility="agents")
    assert "SECRET-PLAN" not in mina.get(f"/portal/requests/new/?article={secret.pk}").content.decode()


def test_remarks_at_the_desk(world: World) -> None:
    row, hidden = article("Pay"), article("SECRET-PLAN", visibility="tier", tier=world.tiers[3])
    say(reader(), row, "no", "<b>Which</b> cards?")
    Remark.objects.create(translation=hidden, helped=False, text="SECRET-WORD", visitor="v")
    sara = Client()
    sara.force_login(world.agents["sara"].user, backend="pelekan.people.backends.Backend")
    page = sara.get("/desk/knowledge/remarks/").content.decode()
    assert "&lt;b&gt;Which&lt;/b&gt; cards?" in page and "SECRET" not in page
    mine = Remark.objects.get(translation=row)
    assert sara.post(f"/desk/knowledge/remarks/{mine.pk}/", {"done": "yes"}).status_code == 302
    mine.refresh_from_db()
    assert mine.settled_by == world.agents["sara"]
    assert (
        sara.post(f"/desk/knowledge/remarks/{Remark.objects.get(translation=hidden).pk}/").status_code == 404
    )
    for view in ("mine", "settled", "votes"):
        assert sara.get("/desk/knowledge/remarks/", {"view": view}).status_code == 200
