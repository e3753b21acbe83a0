"""The bot in the widget: it says what it is, answers from articles, asks back, knows when it does not know, hands over."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from pelekan.knowledge.bot import talking
from pelekan.knowledge.bot.models import BotAnswer, Talk
from pelekan.knowledge.models import Visibility
from pelekan.knowledge.trail.models import Offer
from pelekan.lib import due
from pelekan.lib.time import now
from pelekan.people.models import Agent
from pelekan.sla.models import Timer
from pelekan.tickets import actions, lists, rulebooks
from pelekan.tickets.lists import View
from pelekan.tickets.models import Conversation, Event, Message, Ticket
from tests.knowledge.bot.shop import ORDER_FLOW, RENEW, article, bot

CHROME = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140"


def said(one, chat):
    shape = one.call("messages", conversation=chat.pk).json()
    return [m for m in shape["messages"] if m["from"] == "bot"]


def press(one, chat, what, label="…"):
    return one.send(label, conversation=chat.pk, press=what)


@pytest.fixture
def helpful(shop, browser):
    renew = article("Renew a subscription", RENEW)
    bot(shop, flows=[ORDER_FLOW])
    return renew


def test_it_answers_with_a_quoted_passage_and_it_is_solved_at_step_0(browser, helpful, world, client):
    one = browser()
    desk = one.hello()["desk"]["bot"]
    assert desk["first"] and "a bot" in desk["hello"] and desk["buttons"][-1]["press"] == "person"
    chat = one.chat("How do I renew my subscription?")
    ticket = chat.ticket
    assert chat.state == "bot" and ticket.bot_at and ticket.waiting_since is None
    assert not Timer.objects.filter(ticket=ticket).exists()
    assert not Event.objects.filter(name="chat.accepted").exists()
    hello, answer = said(one, chat)
    assert hello["bot"]["kind"] == "hello" and "a bot" in hello["text"]
    (card,) = answer["bot"]["cards"]
    assert card["title"] == "Renew a subscription" and card["quote"] in RENEW
    assert [b["press"] for b in answer["bot"]["buttons"]] == ["yes", "no", "person"]
    went = client.get(card["url"].replace("http://testserver", ""))
    assert went.status_code == 302 and f"/{helpful.pk}-" in went["Location"]
    assert Offer.objects.get(conversation=chat).clicked_at
    assert client.get(card["url"].replace(card["url"].split("/")[-3], "x" * 32)).status_code == 404
    press(one, chat, "yes", "Yes, that helped")
    ticket.refresh_from_db()
    chat.refresh_from_db()
    assert ticket.status == "solved" and chat.state == "ended" and ticket.bot_at is None
    assert ticket.first_answer_at is None and not Timer.objects.filter(ticket=ticket).exists()
    assert Talk.objects.get().outcome == "solved" and BotAnswer.objects.get().helped is True
    assert Offer.objects.get(conversation=chat).solved_at


def test_who_talks_with_it_waits_in_no_queue_and_colleagues_can_step_in(browser, helpful, world):
    sara = world.agents["sara"]
    Agent.objects.filter(pk=sara.pk).update(auto_accept=True, presence="online", seen_at=now())
    one = browser()
    chat = one.chat("How do I renew my subscription?")
    assert not lists.rows(View("waiting"), sara)[0] and not lists.rows(View("unassigned"), sara)[0]
    row = next(line for line in lists.rows(View("all"), sara)[0] if line["id"] == chat.ticket_id)
    assert row["with_bot"]
    actions.reply(chat.ticket, by=sara, text="I am here myself")
    chat.refresh_from_db()
    assert chat.state == "active" and chat.agent == sara
    assert Talk.objects.get().why == "stepped_in"
    lines = Message.objects.filter(conversation=chat).count()
    one.send("And a second thing about renewing?", conversation=chat.pk)
    assert Message.objects.filter(conversation=chat).count() == lines + 1  # the bot is silent from here on


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I want to talk to a human"),
        ("fa", "می‌خواهم با یک نفر صحبت کنم"),
        ("ar", "أريد التحدث مع موظف"),
        ("en", "agent"),
    ],
)
def test_a_person_by_words_comes_at_once_even_when_everything_of_the_bot_fails(
    browser, helpful, monkeypatch, language, text
):
    one = browser(language=language)
    chat = one.chat("How do I renew my subscription?")
    monkeypatch.setattr(talking, "turn", lambda *a, **k: 1 / 0)
    one.send(text, conversation=chat.pk)
    chat.refresh_from_db()
    ticket = chat.ticket
    assert chat.state == "waiting" and ticket.bot_at is None and ticket.waiting_since
    assert Talk.objects.get().why == "asked"
    note = ticket.messages.get(kind="note")
    assert "How do I renew" in note.text and "Renew a subscription" in note.text


def test_the_handed_over_chat_goes_to_who_is_free_exactly_as_today(browser, helpful, world):
    sara = world.agents["sara"]
    Agent.objects.filter(pk=sara.pk).update(auto_accept=True, presence="online", seen_at=now())
    one = browser()
    chat = one.chat("How do I renew my subscription?")
    with time_machine.travel(now() + timedelta(minutes=2), tick=False):
        Agent.objects.filter(pk=sara.pk).update(seen_at=now())
        press(one, chat, "person")
        chat.refresh_from_db()
        assert chat.state == "active" and chat.agent == sara
        assert chat.started_at == now()  # he waited for people from here


def test_it_says_when_it_does_not_know_and_then_hands_over_with_a_summary(browser, helpful, world):
    one = browser()
    chat = one.chat("Do penguins wear trousers?")
    assert said(one, chat)[-1]["bot"]["kind"] == "unsure"
    assert said(one, chat)[-1]["bot"]["buttons"][0]["press"] == "person"
    one.send("Penguins. Trousers. @sara really", conversation=chat.pk)
    chat.refresh_from_db()
    assert chat.state == "waiting"
    note = chat.ticket.messages.get(kind="note").text
    assert "penguins" in note and "@" not in note  # what a visitor writes rings nobody's bell
    assert Talk.objects.get().why == "unsure"


def test_an_answer_that_did_not_help_is_counted_and_the_second_one_hands_over(browser, helpful):
    one = browser()
    chat = one.chat("How do I renew my subscription?")
    press(one, chat, "no", "No")
    assert said(one, chat)[-1]["bot"]["kind"] == "sorry"
    one.send("renew subscription", conversation=chat.pk)
    one.send("no", conversation=chat.pk)
    chat.refresh_from_db()
    assert chat.state == "waiting" and list(BotAnswer.objects.values_list("helped", flat=True)) == [
        False,
        False,
    ]


def test_a_fault_of_the_bot_hands_over(browser, helpful, monkeypatch):
    monkeypatch.setattr(talking, "find_for", lambda *a: 1 / 0)
    one = browser()
    chat = one.chat("How do I renew my subscription?")
    assert chat.state == "waiting" and Talk.objects.get().why == "fault"


def test_what_the_server_did_not_get_to_a_worker_answers_once(browser, helpful, monkeypatch):
    monkeypatch.setattr("pelekan.web.widget.talks.talking.speak", lambda *a: None)  # killed after the commit
    one = browser()
    chat = one.chat("How do I renew my subscription?")
    assert not said(one, chat)
    with time_machine.travel(now() + timedelta(seconds=5), tick=False):
        for _again in range(2):
            for row in due.claim(Talk, now()):
                talking.JOB.do(row)
    assert [m["bot"]["kind"] for m in said(one, chat)] == ["hello", "answer"]


@pytest.mark.parametrize("point", ["bot.handed", "bot.turned"])
def test_killed_within_a_turn_nothing_is_half_done(browser, helpful, monkeypatch, point):
    class Killed(BaseException):
        pass

    def die(name):
        if name == point:
            raise Killed

    one = browser()
    chat = one.chat("How do I renew my subscription?")
    before = Message.objects.filter(conversation=chat).count()
    with monkeypatch.context() as dying, pytest.raises(Killed):
        dying.setattr("pelekan.knowledge.bot.talking.fp", die)
        dying.setattr("pelekan.knowledge.bot.handing.fp", die)
        one.send("penguins?" if point == "bot.turned" else "talk to a human please", conversation=chat.pk)
    chat.refresh_from_db()
    left = Message.objects.filter(conversation=chat).count() - before
    assert (chat.state, left) == (("bot", 1) if point == "bot.turned" else ("bot", 0))
    one.send("talk to a human please", conversation=chat.pk)
    chat.refresh_from_db()
    assert chat.state == "waiting"


def test_secret_articles_are_quoted_to_nobody_who_may_not_read_them(browser, shop):
    article(
        "Discount codes of staff", "The discount code of the staff is TEAM50.", visibility=Visibility.AGENTS
    )
    article(
        "Discount for customers", "The discount of members is ten percent.", visibility=Visibility.CUSTOMERS
    )
    bot(shop)
    one = browser()
    chat = one.chat("What is the discount code of the staff?")
    one.send("discount of members", conversation=chat.pk)
    everything = " ".join(str(m) for m in said(one, chat))
    assert "TEAM50" not in everything and "ten percent" not in everything and "Discount" not in everything


def test_a_flow_asks_branches_registers_and_collects(browser, helpful, world):
    one = browser()
    chat = one.chat("Where is my order?")
    assert said(one, chat)[-1]["text"] == "What is the order number?"
    one.send("I don't have one", conversation=chat.pk)
    assert "does not look like an order number" in said(one, chat)[-1]["text"]
    one.send("It is ۴۴۱۲-b", conversation=chat.pk)
    assert "4412-b" in said(one, chat)[-1]["text"]
    press(one, chat, "choice:broken", "It is broken")
    assert "e-mail address or a phone" in said(one, chat)[-1]["text"]
    one.send("mina@example.com", conversation=chat.pk)
    ticket = Ticket.objects.get(pk=chat.ticket_id)
    chat.refresh_from_db()
    assert ticket.number and ticket.subject == "Broken: 4412-b" and ticket.waiting_since
    assert chat.state == "ended" and chat.context["answers"] == {"order": "4412-b", "trouble": "broken"}
    assert "order: " in ticket.messages.get(kind="note").text
    assert one.send("One more thing", conversation=chat.pk).json()["conversation"]["id"] == chat.pk


def test_silence_after_an_answer_ends_quietly_and_a_question_without_one_is_not_lost(browser, helpful):
    one, other = browser(), browser(address="192.0.2.8")
    answered, unanswered = (
        one.chat("How do I renew my subscription?"),
        other.chat("Do penguins wear trousers?"),
    )
    with time_machine.travel(now() + timedelta(minutes=31), tick=False):
        for row in due.claim(Talk, now()):
            talking.JOB.do(row)
    answered.refresh_from_db()
    unanswered.refresh_from_db()
    assert answered.state == "ended" and Ticket.objects.get(pk=answered.ticket_id).status == "closed"
    assert unanswered.state == "waiting"


def test_a_visitor_who_chooses_a_person_gets_one_at_once(browser, helpful):
    one = browser()
    assert one.send("Hello", bot=False).json()["conversation"]["state"] == "waiting"


def test_opening_hours_are_told_from_the_calendar(browser, helpful, world):
    one = browser(language="en")
    chat = one.chat("Are you open on Friday?")
    assert said(one, chat)[-1]["bot"]["kind"] == "hours"


def test_ch_14_a_button_pressed_twice_is_one_press(browser, helpful):
    one = browser()
    chat = one.chat("How do I renew my subscription?")
    for _twice in range(2):
        one.send("No", conversation=chat.pk, press="no", id="pressed-once-1")
    assert BotAnswer.objects.filter(helped=False).count() == 1
    assert Conversation.objects.get().state == "bot"


def test_routing_rules_hear_of_it_when_the_bot_hands_over(browser, helpful, world):
    payments = world.teams["payments"]
    rule = {
        "id": "renewals", "name": "Renewals", "on": ["created"], "do": [{"act": "team", "team": payments.pk}],
        "when": {"field": "text", "is": "has_any", "value": ["renew"]},
    }  # fmt: skip
    rulebooks.enable(
        rulebooks.keep("routing", {"rules": [rule]}, by=world.agents["arash"]), by=world.agents["arash"]
    )
    one = browser()
    chat = one.chat("How do I renew my subscription?")
    assert Ticket.objects.get().team != payments
    press(one, chat, "person")
    assert Ticket.objects.get().team == payments and Conversation.objects.get().state == "waiting"


def test_a_talk_carries_the_visit_and_what_became_of_it_is_told_by_who_asked(browser, helpful, world):
    from pelekan.knowledge.bot import counting
    from pelekan.knowledge.trail import days
    from pelekan.knowledge.trail.habits import habits
    from pelekan.knowledge.trail.models import Question, Visit

    one, other, unfollowed = browser(), browser(address="192.0.2.8"), browser(address="192.0.2.9")
    followed = {"mark": "m" * 24, "context": {"page": "https://shop.example/pay?card=1#top"}}
    for who in (one, other, unfollowed):
        who.client.defaults["HTTP_USER_AGENT"] = CHROME
    one.send("How do I renew my subscription?", **followed)
    other.send("Do penguins wear trousers?", **{**followed, "mark": "n" * 24})
    unfollowed.client.defaults["HTTP_DNT"] = "1"
    unfollowed.send("renew my subscription", **{**followed, "mark": "o" * 24})
    solved, handed, quiet = Talk.objects.order_by("pk")
    assert solved.visit and handed.visit and quiet.visit is None
    assert solved.page == "https://shop.example/pay"
    assert Question.objects.filter(visit=solved.visit).get().found == 1
    one.send("Yes", conversation=solved.conversation_id, press="yes")
    other.send("a human please", conversation=handed.conversation_id)
    handed.refresh_from_db()
    assert Visit.objects.get(pk=handed.visit_id).ticket_id == handed.conversation.ticket_id
    later = now() + timedelta(days=9)
    rows = {row["id"]: dict(row) for row in Visit.objects.values()}
    for row in rows.values():
        row.update(customer=row["customer_id"], ticket=row["ticket_id"])
    said = {
        visit["id"]: word
        for visit, word in days.verdicts(rows, (now() - timedelta(days=1), later), later, habits())
    }
    assert said == {solved.visit_id: "solved", handed.visit_id: "requested"}
    told = {(of, key): line for of, key, line in counting.by_who(now() - timedelta(days=1), later)}
    assert told["who", "anonymous"]["solved"] == told["who", "anonymous"]["handed"] == 1
    assert told["who", "unknown"]["talks"] == 1
    ((page, line),) = counting.by_page(now() - timedelta(days=1), later)
    assert page == "https://shop.example/pay" and line["talks"] == 3
