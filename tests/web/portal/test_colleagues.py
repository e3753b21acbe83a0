"""Members of an organization read each other's requests only where it is allowed, and nothing besides."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.people.models import Customer, Organization, Sharing, User
from pelekan.tickets import actions, attachments, shaping
from pelekan.tickets.models import Ticket
from tests.web.portal.desk import SECRET, browser_of, new, text_of, ticket_of


@pytest.fixture
def company(world: World) -> Organization:
    found = Organization.objects.create(name="Sepehr Trading Two")
    Customer.objects.filter(pk__in=[world.customers["mina"].pk, world.customers["yusuf"].pk]).update(
        organization=found
    )
    for who in ("mina", "yusuf"):
        world.customers[who].refresh_from_db()
    return found


def share(company: Organization, sharing: str, *viewers: Customer) -> None:
    company.sharing = sharing
    company.save()
    company.viewers.set(viewers)


def reads(client: Client, ticket: Ticket) -> bool:
    page = client.get(f"/portal/requests/{ticket.number}/")
    listed = f"/requests/{ticket.number}/" in text_of(client.get("/portal/?whose=colleagues&state=all"))
    assert (page.status_code == 200) == listed
    return page.status_code == 200


def test_who_reads_is_the_organizations_choice(world: World, company: Organization) -> None:
    ticket = ticket_of(world, "mina", "the invoice of May")
    yusuf, emma = browser_of(world, "yusuf"), browser_of(world, "emma")
    assert not reads(yusuf, ticket)
    share(company, Sharing.CHOSEN)
    assert not reads(yusuf, ticket)
    share(company, Sharing.CHOSEN, world.customers["yusuf"])
    assert reads(yusuf, ticket) and not reads(emma, ticket)
    share(company, Sharing.ALL)
    assert reads(yusuf, ticket) and not reads(emma, ticket)
    Customer.objects.filter(pk=world.customers["yusuf"].pk).update(organization=None)
    assert not reads(yusuf, ticket)  # who leaves the company reads nothing more


def test_az_10_a_colleague_reads_and_does_nothing(world: World, company: Organization) -> None:
    share(company, Sharing.ALL)
    ticket = ticket_of(world, "mina", "the invoice of May")
    answer = actions.reply(ticket, by=world.agents["sara"], text="Here it is.")
    actions.note(ticket, by=world.agents["sara"], text=SECRET)
    yusuf = browser_of(world, "yusuf")
    page = text_of(yusuf.get(f"/portal/requests/{ticket.number}/"))
    assert "Here it is." in page and "the invoice of May" in page
    assert SECRET not in page and "Your answer" not in page and "Did this answer help" not in page
    number = ticket.number
    for path, form in (
        ("answer/", {"text": "me too"}), ("settle/", {"act": "solve"}), ("who-sees/", {"only_me": "1"}),
        (f"answers/{answer.pk}/", {"helped": "yes"}),
    ):  # fmt: skip
        assert yusuf.post(f"/portal/requests/{number}/{path}", form).status_code == 404, path
    ticket.refresh_from_db()
    assert ticket.status != "solved" and ticket.private_at is None
    assert ticket.conversations.get().customer_read_id < answer.pk  # his look is not hers


def test_files_follow_the_same_rule(world: World, company: Organization) -> None:
    kept = attachments.keep(BytesIO(b"%PDF-1.4 invoice"), "invoice.pdf", f"agent:{world.agents['sara'].pk}")
    ticket = ticket_of(world, "mina", "the invoice of May")
    actions.reply(ticket, by=world.agents["sara"], text="Here.", attachment_ids=(kept.pk,))
    yusuf = world.customers["yusuf"]
    assert not attachments.of_customer(yusuf).filter(pk=kept.pk).exists()
    share(company, Sharing.ALL)
    yusuf = Customer.objects.get(pk=yusuf.pk)
    assert attachments.of_customer(yusuf).filter(pk=kept.pk).exists()
    actions.keep_private(ticket, by=world.customers["mina"])
    assert not attachments.of_customer(yusuf).filter(pk=kept.pk).exists()


def test_what_is_only_for_me_stays_with_me(world: World, company: Organization, mina: Client) -> None:
    share(company, Sharing.ALL)
    assert "All members of" in text_of(mina.get("/portal/requests/new/"))
    assert new(mina, only_me="1").status_code == 302  # type: ignore[attr-defined]
    ticket = Ticket.objects.latest("pk")
    yusuf = browser_of(world, "yusuf")
    assert not reads(yusuf, ticket)
    assert "Only you can read this request." in text_of(mina.get(f"/portal/requests/{ticket.number}/"))
    mina.post(f"/portal/requests/{ticket.number}/who-sees/", {"only_me": "0"})
    assert reads(yusuf, ticket)


def test_az_12_an_address_that_is_only_typed_joins_no_organization(
    world: World, company: Organization
) -> None:
    share(company, Sharing.ALL)
    company.domains = ["sepehr-two.example"]
    company.save()
    ticket = ticket_of(world, "mina", "the invoice of May")
    client = browser_of(world, "emma")
    client.post("/portal/profile/addresses/", {"address": "x@sepehr-two.example"})
    assert not reads(client, ticket)


def test_managers_choose_it_at_the_desk(world: World, company: Organization) -> None:
    shaping.save_organization(
        company, by=world.agents["arash"], name=company.name, sharing="chosen",
        viewers=[world.customers["mina"], world.customers["emma"]],
    )  # fmt: skip
    assert list(company.viewers.all()) == [world.customers["mina"]]  # no stranger
    desk = Client()
    User.objects.update(language="en")
    desk.force_login(world.agents["arash"].user, backend="pelekan.people.backends.Backend")
    assert "Among colleagues" in text_of(desk.get(f"/desk/organizations/{company.pk}/"))


def test_my_requests_are_found_by_any_spelling_and_notes_are_not(world: World, mina: Client) -> None:
    ticket = ticket_of(world, "mina", "كتاب من نرسیده", "سفارش")
    ticket_of(world, "emma", "کتاب من", "Hers")
    actions.note(ticket, by=world.agents["sara"], text="fraudcase")

    def found(query: str) -> int:
        return text_of(mina.get("/portal/", {"q": query})).count('class="story"')

    assert found("کتاب") == 1 and found("سفارش نرس") == 1 and found(str(ticket.number)) == 1
    assert found("fraudcase") == 0 and found("Hers") == 0 and found('"*(') == 0
