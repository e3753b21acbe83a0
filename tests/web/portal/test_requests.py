"""The portal shows a customer his own public matters, all of them and nothing else."""

from __future__ import annotations

import re
from io import BytesIO

from django.test import Client

from pelekan.demo.world import World
from pelekan.lib.live.signed import read_ticket
from pelekan.tickets import actions
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Attachment, Message, Ticket
from tests.conftest import NOON
from tests.web.portal.desk import FOREIGN, SECRET, new, text_of, ticket_of


def test_mt_19_az_10_a_crawl_finds_no_note_and_nothing_of_others(world: World, mina: Client) -> None:
    ticket = ticket_of(world, "mina", "my own words", "Mine")
    other = ticket_of(world, "emma", FOREIGN, f"Hers {FOREIGN}")
    for one in (ticket, other):
        actions.note(one, by=world.agents["sara"], text=f"{SECRET} bank panel says fraud")
        actions.reply(one, by=world.agents["sara"], text=f"Answer to {one.subject}")
    actions.escalate(ticket, world.teams["payments"], by=world.agents["sara"], because=SECRET)
    actions.tag(ticket, "SECRET-NOTE-8123-tag", by=world.agents["sara"])
    held = actions.receive(
        Incoming(
            inbox_id=world.inboxes["mail"].pk,
            channel="email",
            customer_id=world.customers["mina"].pk,
            text=f"{SECRET} held",
            conversation_id=ticket.conversations.get().pk,
            held=True,
        )  # fmt: skip
    )
    assert held.held_at
    seen, waiting, pages = set(), ["/portal/", "/portal/live/"], 0
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for headers in ({}, {"HX-Request": "true"}):
            answer = mina.get(path, headers=headers)
            assert answer.status_code in (200, 302), path
            body = text_of(answer) if not answer.streaming else ""
            pages += 1
            for secret in (SECRET, FOREIGN, "emma.clarke", "md5$", world.agents["sara"].user.email):
                assert secret not in body, (path, secret)
            waiting += [
                link
                for link in re.findall(r'(?:href|hx-get|data-part)="(/[^"#]*)"', body)
                if link.startswith(("/portal", "/files"))
            ]
    assert f"/portal/requests/{ticket.number}/" in seen and pages > 8
    assert "Answer to Mine" in text_of(mina.get(f"/portal/requests/{ticket.number}/"))


def test_az_02_a_foreign_request_does_not_exist_by_any_door(world: World, mina: Client) -> None:
    other = ticket_of(world, "emma", FOREIGN)
    actions.note(other, by=world.agents["sara"], text=SECRET)
    for path in ("", "answer/", "settle/", "?before=99"):
        url = f"/portal/requests/{other.number}/{path}"
        for answer in (
            mina.get(url),
            mina.post(url, {"text": "x", "act": "solve"}),
            mina.get(url, headers={"HX-Request": "true"}),
        ):
            assert answer.status_code in (404, 405), url
    other.refresh_from_db()
    assert other.status == "new" and other.messages.filter(kind="incoming").count() == 1
    for path in (f"/portal/guest/{other.pk}/", f"/portal/guest/{other.pk}/live/"):
        assert mina.get(path).status_code == 404


def test_unregistered_chats_are_not_in_the_portal(world: World, mina: Client) -> None:
    message = actions.receive(
        Incoming(inbox_id=world.inboxes["shop"].pk, channel="chat", customer_id=world.customers["mina"].pk, text="hi there")
    )  # fmt: skip
    assert "hi there" not in text_of(mina.get("/portal/"))
    actions.register(message.ticket, by=world.agents["sara"])
    assert "hi there" in text_of(mina.get("/portal/"))


def test_the_list_says_who_acts_next(world: World, mina: Client) -> None:
    ticket = ticket_of(world, "mina", "help")
    assert "We have it and will answer." in text_of(mina.get("/portal/"))
    actions.reply(ticket, by=world.agents["sara"], text="which order?")
    assert "We are working on it." in text_of(mina.get("/portal/"))
    actions.wait(ticket, by=world.agents["sara"])
    assert "We wait for your answer." in text_of(mina.get("/portal/"))
    actions.solve(ticket, by=world.agents["sara"])
    assert "No open requests" in text_of(mina.get("/portal/"))
    assert "Solved." in text_of(mina.get("/portal/?state=done"))


def test_the_stairs_tell_the_same_as_the_desk(world: World, mina: Client) -> None:
    ticket = ticket_of(world, "mina", "help")

    def done() -> list[str]:
        page = text_of(mina.get(f"/portal/requests/{ticket.number}/"))
        return re.findall(r'climb__step--(?:done|now)[^>]*><span class="climb__bar"></span><b>([^<]+)', page)

    assert done() == ["Registered", "With our team"]
    actions.reply(ticket, by=world.agents["sara"], text="let me see")
    assert done() == ["Registered", "With our team", "Answered"]
    actions.escalate(ticket, world.teams["payments"], by=world.agents["sara"], because="bank")
    assert done() == ["Registered", "With the specialists"]
    actions.reply(ticket, by=world.agents["dara"], text="the bank returned it")
    actions.solve(ticket, by=world.agents["dara"])
    assert done() == ["Registered", "With the specialists", "Answered", "Solved"]


def test_the_list_is_windowed_and_complete(world: World, mina: Client, django_assert_max_num_queries) -> None:
    for number in range(45):
        ticket_of(world, "mina", "x", f"Subject {number:02}")
    found, url = [], "/portal/"
    while url:
        with django_assert_max_num_queries(8):
            body = text_of(mina.get(url, headers={"HX-Request": "true"}))
        found += re.findall(r"Subject \d\d", body)
        more = re.search(r'hx-get="([^"]+)"', body)
        url = more[1].replace("&amp;", "&") if more else ""
    assert len(found) == len(set(found)) == 45
    for bad in ("x", "!!!!", "Zm9v", "MjAyNi0wMS0wMSA1", "a" * 5000):
        assert mina.get("/portal/", {"after": bad}).status_code == 200


def test_a_long_request_is_windowed(world: World, mina: Client) -> None:
    ticket = ticket_of(world, "mina", "line 000")
    conversation = ticket.conversations.get()
    Message.objects.bulk_create(
        Message(
            ticket=ticket, conversation=conversation, kind="outgoing", channel="portal", text=f"line {n:03}"
        )
        for n in range(1, 100)
    )
    url, found = f"/portal/requests/{ticket.number}/", []
    while url:
        body = text_of(mina.get(url, headers={"HX-Request": "true"}))
        found = re.findall(r"line \d{3}", re.sub(r"<h1>.*?</h1>", "", body)) + found
        more = re.search(r'hx-get="([^"]+before[^"]+)"', body)
        url = more[1] if more else ""
    assert found == [f"line {n:03}" for n in range(100)]


def test_a_new_request_goes_to_the_department_with_facts_not_priority(world: World, mina: Client) -> None:
    page = text_of(mina.get("/portal/requests/new/"))
    assert world.teams["payments"].name in page and world.teams["developers"].name not in page
    answer = new(
        mina, team=world.teams["payments"].pk, category=world.categories["bank"].pk, go_on="no", affected="all",
        priority=1, status="solved", impact=1, customer=world.customers["emma"].pk,
    )  # fmt: skip
    ticket = Ticket.objects.get()
    assert answer["Location"] == f"/portal/requests/{ticket.number}/#sent-new"
    assert (ticket.team, ticket.category, ticket.customer) == (
        world.teams["payments"],
        world.categories["bank"],
        world.customers["mina"],
    )
    assert (ticket.impact, ticket.urgency, ticket.priority, ticket.status) == (3, 3, 4, "new")


def test_an_unoffered_department_is_no_department(world: World, mina: Client) -> None:
    assert new(mina, team=world.teams["developers"].pk).status_code == 422
    assert new(mina, team="").status_code == 422
    assert not Ticket.objects.exists()


def test_cc_07_a_double_submit_makes_one_request(world: World, mina: Client) -> None:
    first, second = new(mina), new(mina)
    assert first["Location"] == second["Location"]
    assert Ticket.objects.count() == 1
    number = Ticket.objects.get().number
    for _ in range(3):
        mina.post(f"/portal/requests/{number}/answer/", {"client_id": "an-answer", "text": "one more thing"})
    assert Message.objects.filter(text="one more thing").count() == 1


def test_what_was_written_survives_a_failed_submit(world: World, mina: Client) -> None:
    file = BytesIO(b"%PDF-1.4 receipt")
    file.name = "receipt.pdf"
    answer = new(mina, files=[file], go_on="partly", team="")
    page = text_of(answer)
    assert answer.status_code == 422
    assert "It says paid, twice." in page and "Card charged twice" in page and "receipt.pdf" in page
    assert 'value="partly" checked' in page and 'value="one-sending"' in page
    kept = re.search(r'name="kept" value="(\d+)" checked', page)[1]
    assert new(mina, team=world.teams["payments"].pk, kept=kept).status_code == 302
    assert Attachment.objects.get().message.text == "It says paid, twice."


def test_a_foreign_upload_cannot_be_taken_along(world: World, mina: Client) -> None:
    foreign = Attachment.objects.create(
        token="f" * 32, name="hers.pdf", type="application/pdf", size=1, sha256="", path="x",
        upload_key=f"customer:{world.customers['emma'].pk}",
    )  # fmt: skip
    new(mina, kept=foreign.pk)
    foreign.refresh_from_db()
    assert foreign.message is None


def test_answer_solve_and_reopen(world: World, mina: Client) -> None:
    ticket = ticket_of(world, "mina", "help")
    url = f"/portal/requests/{ticket.number}/"
    actions.reply(ticket, by=world.agents["sara"], text="try again")
    assert mina.post(f"{url}settle/", {"act": "solve"}).status_code == 302
    ticket.refresh_from_db()
    assert (
        ticket.status == "solved"
        and ticket.events.get(name="ticket.solved").customer == world.customers["mina"]
    )
    assert mina.post(f"{url}settle/", {"act": "solve"}).status_code == 302  # twice does no harm
    mina.post(f"{url}settle/", {"act": "reopen"})
    ticket.refresh_from_db()
    assert ticket.status == "open"
    actions.close(ticket, by=world.agents["sara"])
    answer = mina.post(f"{url}answer/", {"client_id": "late", "text": "it came back"})
    follow_up = Ticket.objects.get(follows=ticket)
    assert answer["Location"].startswith(f"/portal/requests/{follow_up.number}/")
    assert f"request {ticket.number}" in text_of(mina.get(f"/portal/requests/{follow_up.number}/"))


def test_an_empty_answer_says_so_and_keeps_the_page(world: World, mina: Client) -> None:
    ticket = ticket_of(world, "mina", "help")
    answer = mina.post(f"/portal/requests/{ticket.number}/answer/", {"client_id": "x", "text": "  \n "})
    assert answer.status_code == 422 and "Write something or attach a file." in text_of(answer)


def test_agents_see_that_it_was_read(world: World, mina: Client) -> None:
    ticket = ticket_of(world, "mina", "help")
    said = actions.reply(ticket, by=world.agents["sara"], text="answer")
    mina.get(f"/portal/requests/{ticket.number}/")
    assert ticket.conversations.get().customer_read_id == said.pk


def test_what_was_said_is_shown_as_text(world: World, mina: Client) -> None:
    ticket = ticket_of(
        world, "mina", "<img src=x onerror=alert(1)> see https://example.com/a", '"><script>1</script>'
    )
    actions.reply(
        ticket,
        by=world.agents["sara"],
        text="hello",
        html='<p onclick="x()">hello<script>alert(2)</script></p>',
    )
    page = text_of(mina.get(f"/portal/requests/{ticket.number}/"))
    assert (
        "<img src=x" not in page
        and "<script>1" not in page
        and "alert(2)" not in page
        and "onclick" not in page
    )
    assert re.search(r'href="https://example.com/a" rel="[^"]*noopener', page)


def test_the_stream_ticket_holds_only_his_own_topic(world: World, mina: Client, settings) -> None:
    answer = mina.get("/portal/live/?topics=desk&topics=ticket:1&topics=customer:1").json()
    grant = read_ticket(settings.SECRET_KEY, answer["ticket"], NOON.timestamp())
    assert grant.topics == (f"customer:{world.customers['mina'].pk}",) == tuple(answer["topics"])
    assert Client().get("/portal/live/").status_code == 401


def test_au_18_state_changes_need_the_forms_token(world: World) -> None:
    ticket = ticket_of(world, "mina", "help")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(
        actions.welcome("mina.salehi@example.com", language="en").user,
        backend="pelekan.people.backends.Backend",
    )
    for path in (
        "requests/new/",
        f"requests/{ticket.number}/answer/",
        f"requests/{ticket.number}/settle/",
        "profile/",
        "profile/addresses/",
        "sign-out/",
        "profile/sign-out-everywhere/",
        "sign-in/",
    ):
        assert strict.post(f"/portal/{path}", {"text": "x", "act": "solve"}).status_code == 403, path
    for path in (
        f"requests/{ticket.number}/answer/",
        f"requests/{ticket.number}/settle/",
        "sign-out/",
        "profile/addresses/",
    ):
        assert strict.get(f"/portal/{path}").status_code == 405, path


def test_the_way_up_and_down_is_told_in_his_words(world: World, mina: Client) -> None:
    ticket = ticket_of(world, "mina", "help")
    sara, dara, james = (world.agents[name] for name in ("sara", "dara", "james"))

    def shown() -> list[str]:
        page = text_of(mina.get(f"/portal/requests/{ticket.number}/"))
        return re.findall(r'climb__step--(?:done|now)[^>]*><span class="climb__bar"></span><b>([^<]+)', page)

    actions.escalate(ticket, world.teams["payments"], by=sara, because="bank")
    page = text_of(mina.get(f"/portal/requests/{ticket.number}/"))
    assert "They take it up next." in page and world.teams["payments"].name not in page
    actions.escalate(ticket, world.teams["developers"], by=dara, because="a fault")
    assert shown() == ["Registered", "With the specialists", "With the senior experts"]
    actions.send_back(ticket, by=james, because="which version?")
    assert shown()[-1] == "Back with the specialists"
    actions.escalate(ticket, world.teams["technical"], by=dara, because="level")
    assert shown()[-1] == "Back with the specialists"  # another team of the same step is nothing to him
    actions.escalate(ticket, world.teams["front"], by=world.agents["laila"], because="settled")
    assert shown()[-1] == "Back with our team"
