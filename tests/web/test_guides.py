"""Guided steps through the doors: the settings, the desk, the link, the portal."""
# ruff: noqa: F811  (fixtures come in by name)

from __future__ import annotations

import pytest
from django.test import Client

from pelekan.channels.email.letter import letter
from pelekan.channels.models import Delivery
from pelekan.channels.sms import texting
from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.tickets.actions import receive
from pelekan.tickets.frustration.document import parse, preset
from pelekan.tickets.frustration.score import act_for
from pelekan.tickets.guides import sending
from pelekan.tickets.guides.models import Guide, SentGuide
from pelekan.tickets.guides.sending import token_of
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Conversation, Event, Message, Mood, Ticket
from pelekan.tickets.pending.answers import Way
from tests.tickets.guides.conftest import guide, sent, ticket  # noqa: F401
from tests.web.portal.desk import browser_of


def sit(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.agents[name].user, backend="pelekan.people.backends.Backend")
    return client


def link(sent: SentGuide) -> str:
    return f"/portal/steps/{token_of(sent.message_id)}/"


def test_a_manager_writes_pastes_sorts_and_archives(world: World) -> None:
    nika = sit(world, "nika")
    assert nika.post("/desk/settings/guides/new/", {"name": " "}).status_code == 422
    nika.post("/desk/settings/guides/new/", {"name": "قفل چاپگر"})
    guide = Guide.objects.get()
    base = f"/desk/settings/guides/{guide.pk}/"
    nika.post(base + "paste/", {"lines": "1. a\n2. b", "language": "en", "how": "new"})
    short = nika.post(base + "paste/", {"lines": "یک", "language": "fa", "how": "words"})
    assert short.status_code == 422 and "یک" in short.content.decode(), "what was pasted is still there"
    nika.post(base + "steps/new/", {"title_en": "c", "text_en": "https://example.com"})
    guide.refresh_from_db()
    ids = [step["id"] for step in guide.steps]
    part = nika.post(base + "order/", {"order": ",".join(reversed(ids))}, headers={"X-Part": "1"})
    assert part.status_code == 200 and part.content.decode().index(">c<") < part.content.decode().index(">a<")
    nika.post(base + "order/", {"up": ids[0]})  # without scripts
    guide.refresh_from_db()
    assert [step["title"]["en"] for step in guide.steps] == ["c", "a", "b"]
    nika.post(f"{base}steps/{ids[1]}/drop/")
    assert nika.get(base).status_code == 200 and nika.get(f"{base}steps/{ids[0]}/").status_code == 200
    nika.get(nika.post(base + "archive/")["Location"])  # says it once
    assert "قفل چاپگر" not in nika.get("/desk/settings/guides/").content.decode()
    assert "قفل چاپگر" in nika.get("/desk/settings/guides/?archived").content.decode()


def test_an_agent_chooses_leaves_out_rewords_adds_and_sends(
    world: World, guide: Guide, ticket: Ticket
) -> None:
    sara, base = sit(world, "sara"), f"/desk/tickets/{ticket.pk}/guides/"
    assert "ورود به حساب" in sara.get(base + "choose/").content.decode()
    found = sara.get(base + "choose/?q=nothing").content.decode()
    assert "ورود به حساب" not in found
    form = sara.get(base + f"choose/?guide={guide.pk}").content.decode()
    assert 'name="title-2"' in form and "کش را پاک کنید" in form
    assert sara.get(base + "choose/?guide=999999").status_code == 404
    values = {
        "guide": guide.pk, "via": ticket.conversations.get().pk, "intro": "سلام", "language": "fa", "client_id": "a",
        "take": ["0", "2"], "title-0": "برنامه را کامل ببندید", "text-0": "", "title-1": "x", "title-2": "وارد شوید", "text-2": "",
        "more": "بنویسید چه شد", "wait": "on", "saw_id": ticket.messages.latest("id").pk,
    }  # fmt: skip
    assert sara.post(base + "send/", {**values, "take": [], "more": ""}).status_code == 422
    stale = sara.post(base + "send/", {**values, "saw_id": 0})
    assert (
        stale.status_code == 422
        and 'name="anyway"' in stale.content.decode()
        and not SentGuide.objects.exists()
    )
    assert sara.post(base + "send/", values).status_code == 200
    sent = SentGuide.objects.get()
    assert [step["title"] for step in sent.steps] == ["برنامه را کامل ببندید", "وارد شوید", "بنویسید چه شد"]
    assert Ticket.objects.get(pk=ticket.pk).status == "waiting"
    page = sara.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert f'id="guide-{sent.pk}"' in page
    part = sara.post(base + f"{sent.pk}/tick/", {"step": 0, "done": "1"})
    assert 'aria-checked="true"' in part.content.decode()
    assert sara.post(base + f"{sent.pk}/tick/", {"step": 7, "done": "1"}).status_code == 404


def test_nobody_reaches_steps_of_tickets_that_he_may_not_see(world: World, sent: SentGuide) -> None:
    dara, pk = sit(world, "dara"), sent.message.ticket_id
    base = f"/desk/tickets/{pk}/guides/"
    assert [dara.get(base).status_code, dara.get(base + "choose/").status_code] == [404, 404]
    assert dara.post(base + f"{sent.pk}/tick/", {"step": 0, "done": "1"}).status_code == 404
    assert dara.post(base + "send/", {"more": "x"}).status_code == 404
    other = Ticket.objects.exclude(pk=pk).first()
    if other is not None:  # through a ticket that he sees
        arash = sit(world, "arash")
        found = arash.post(f"/desk/tickets/{other.pk}/guides/{sent.pk}/tick/", {"step": 0, "done": "1"})
        assert found.status_code == 404
    assert SentGuide.objects.get().ticks == {}


def test_opening_changes_nothing_the_buttons_do(world: World, sent: SentGuide) -> None:
    scanner = Client()
    page = scanner.get(link(sent) + "?act=tick&step=0")
    assert page.status_code == 200 and SentGuide.objects.get().ticks == {}
    assert "ممکن نیست" not in page.content.decode(), "the subject is for who is signed in"
    for _twice in range(2):
        done = scanner.post(link(sent), {"act": "tick", "step": "0"})
        assert done.status_code == 302 and done["Location"].endswith(f"#steps-{sent.message_id}")
    assert Event.objects.filter(name="guide.ticked").count() == 1
    part = scanner.post(
        link(sent), {"act": "untick", "step": "0"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert 'aria-checked="false"' in part and "<html" not in part
    assert scanner.post(link(sent), {"act": "tick", "step": "77"}).status_code == 422
    scanner.post(link(sent), {"act": "stuck", "step": "1", "words": "نشد"})
    assert Message.objects.filter(kind="incoming").latest("id").text.endswith("نشد")
    for step in range(3):
        scanner.post(link(sent), {"act": "tick", "step": str(step)})
    page = sit(world, "sara").get(f"/desk/tickets/{sent.message.ticket_id}/").content.decode()
    assert "2 از 3" in page.replace("۲", "2").replace("۳", "3") or "2 of 3" in page.replace("۲", "2").replace(
        "۳", "3"
    ), "where he was stuck"
    scanner.post(link(sent), {"act": "solved"})
    assert Ticket.objects.get(pk=sent.message.ticket_id).status == "solved"


def test_forged_links_and_agents_tick_nothing(world: World, sent: SentGuide) -> None:
    for bad in (link(sent).replace("/steps/", "/steps/9"), "/portal/steps/x-y/"):
        assert Client().get(bad).status_code == 404
        assert Client().post(bad, {"act": "tick", "step": "0"}).status_code == 404
    sara = sit(world, "sara")
    assert sara.get(link(sent)).status_code == 403
    assert sara.post(link(sent), {"act": "tick", "step": "0"}).status_code == 403
    assert SentGuide.objects.get().ticks == {}


def test_the_request_shows_the_steps_in_place(world: World, sent: SentGuide) -> None:
    mina = browser_of(world, "mina")
    number = sent.message.ticket.number
    page = mina.get(f"/portal/requests/{number}/").content.decode()
    assert page.count('name="act" value="tick"') == 3 and "۱. برنامه" not in page
    back = mina.post(link(sent), {"act": "tick", "step": "0", "back": "request"})
    assert back["Location"] == f"/portal/requests/{number}/#steps-{sent.message_id}"


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_mail_holds_list_and_link_the_copy_no_link(world: World, guide: Guide, language: str) -> None:
    incoming = Incoming(
        inbox_id=world.inboxes["mail"].pk, channel="email", customer_id=world.customers["mina"].pk, text="x", subject="y",
        language=language, meta={"from": {"address": "mina.salehi@example.com"}},
    )  # fmt: skip
    message = receive(incoming)
    sent = sending.send(
        message.ticket, Way(message.conversation), by=world.agents["sara"], steps=[{"title": "a <b>", "text": ""}], intro="hi"
    )  # fmt: skip
    delivery = Delivery.objects.get(message=sent.message)
    made = letter(delivery, [sent.message])
    assert "<li><b>a &lt;b&gt;</b></li></ol>" in made.body_html and "<ol dir=" in made.body_html
    assert made.body_html.count(link(sent)) == 2
    delivery.copied = True
    assert link(sent) not in letter(delivery, [sent.message]).body_html


def test_frustration_proposes_to_lead_and_its_button_opens_the_list(world: World, ticket: Ticket) -> None:
    rules = parse(preset("balanced"))
    act = act_for(50, "round_trips", rules)
    assert act is not None and act.propose == "guide"
    assert act_for(80, "round_trips", rules) != act, "a call weighs more"
    Mood.objects.update_or_create(
        ticket=ticket,
        defaults={
            "level": "watch",
            "score": 50,
            "proposed": "guide",
            "reasons": [["round_trips", 4, 50]],
            "changed_at": clock(),
        },
    )
    part = sit(world, "sara").get(f"/desk/tickets/{ticket.pk}/care/").content.decode()
    assert f'data-dialog="/desk/tickets/{ticket.pk}/guides/choose/"' in part


def test_a_text_message_says_how_many_and_holds_the_link(world: World, ticket: Ticket) -> None:
    talk = ticket.conversations.get()
    Conversation.objects.filter(pk=talk.pk).update(channel="sms")
    talk.refresh_from_db()
    steps = [{"title": "گام نخست", "text": ""}, {"title": "گام دوم", "text": "بیشتر"}]
    sent = sending.send(ticket, Way(talk), by=world.agents["sara"], steps=steps, intro="سلام", language="fa")
    assert "نخست" not in sent.message.text and sent.message.html == ""
    said = texting.words_of(Delivery(message=sent.message, conversation=talk, recipient="+989121112233"))
    assert said.startswith("سلام\n") and said.endswith(link(sent)) and "۲" in said
