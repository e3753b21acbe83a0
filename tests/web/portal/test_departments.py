"""Departments speak the customer's language, say when they are open, and ask their own questions."""

from __future__ import annotations

from django.test import Client

from pelekan.demo.world import World
from pelekan.people.models import Team
from pelekan.tickets import forms
from pelekan.tickets.models import Inbox, Ticket
from tests.web.portal.desk import new, text_of

OWN = {"name": "iban", "kind": "text", "required": True, "label": {"en": "Your IBAN"}}


def payments() -> Team:
    return Team.objects.get(name="پرداخت و مالی")


def admin(world: World) -> Client:
    client = Client()
    client.force_login(world.agents["arash"].user, backend="pelekan.people.backends.Backend")
    return client


def test_a_department_is_described_in_the_customers_language(world: World, mina: Client) -> None:
    team = payments()
    form = {"name": team.name, "tier": team.tier_id, "offered": "on", "languages": ["fa", "ar"], "name_en": "Payments",
            "description_en": "Invoices and money back", "agents": [a.pk for a in team.agents.all()]}  # fmt: skip
    assert admin(world).post(f"/desk/settings/teams/{team.pk}/", form).status_code == 302
    page = text_of(mina.get("/portal/requests/new/"))
    assert "Payments" in page and "Invoices and money back" in page and "العربية" in page
    assert "Open now" in page or "We open" in page
    mina.post(
        "/portal/profile/",
        {"name": "m", "language": "fa", "calendar": "jalali", "zone": "Asia/Tehran", "digits": "local"},
    )
    assert team.name in text_of(mina.get("/portal/requests/new/"))


def test_a_question_can_belong_to_one_department(world: World, mina: Client) -> None:
    team = payments()
    inbox = Inbox.objects.get(channel="portal")
    inbox.questions = [{**OWN, "teams": [team.pk]}]
    inbox.save()
    assert "Your IBAN" in text_of(mina.get("/portal/requests/new/"))
    asked = new(mina, seen_questions="")
    assert asked.status_code == 422 and "one more question" in text_of(asked)  # type: ignore[attr-defined]
    again = new(mina, iban="", seen_questions="iban")
    assert "Please answer this question." in text_of(again)
    assert new(mina, iban="IR12", seen_questions="iban").status_code == 302  # type: ignore[attr-defined]
    other = Team.objects.exclude(pk=team.pk).filter(offered=True).first()
    if other is not None:
        assert new(mina, team=other.pk, client_id="two").status_code == 302  # type: ignore[attr-defined]
    assert Ticket.objects.exists()


def test_the_editor_keeps_for_whom_a_question_is(world: World) -> None:
    inbox, team = Inbox.objects.get(channel="portal"), payments()
    form = {"kind": "text", "label_en": "Your IBAN", "teams": [team.pk]}
    assert admin(world).post(f"/desk/settings/inboxes/{inbox.pk}/questions/new/", form).status_code == 302
    inbox.refresh_from_db()
    kept = inbox.questions[-1]
    assert kept["teams"] == [team.pk]
    assert forms.fits(kept, team.pk, 0) and not forms.fits(kept, 0, 0)


def test_a_category_is_called_by_its_name_in_the_customers_language(world: World, mina: Client) -> None:
    category = world.categories["gateway"]
    assert "Payment › Bank error › Payment gateway" in text_of(mina.get("/portal/requests/new/"))
    form = {"name": category.name, "words": "", "name_en": " Card  machine ", "name_ar": ""}
    assert admin(world).post(f"/desk/settings/categories/{category.pk}/", form).status_code == 302
    assert "Payment › Bank error › Card machine" in text_of(mina.get("/portal/requests/new/"))
    category.refresh_from_db()
    assert category.names == {"en": "Card machine"} and category.named("ar") == category.name
