"""The demo as a visitor meets it: filled once, with the addresses and who to sign in as."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from django.conf import settings

from pelekan.channels import accounts
from pelekan.channels.models import Account, Gateway
from pelekan.demo import (
    answers,
    articles,
    assistant,
    community,
    footsteps,
    grids,
    levels,
    month,
    office,
    phones,
    post,
    remarks,
    rules,
    stories,
    warehouse,
    world,
)
from pelekan.demo.articles import gear
from pelekan.lib.time import now as clock
from pelekan.people.desk import sign
from pelekan.people.identify import refold
from pelekan.people.models import Agent, Identity, IdentityKind, Presence, Team
from pelekan.sla.keeping import save_hours
from pelekan.sla.models import BusinessHours
from pelekan.tickets import shaping
from pelekan.tickets.bell import choosing, inviting
from pelekan.tickets.bell import rules as bells
from pelekan.tickets.models import Inbox

Work = Callable[[threading.Event], None]


def fill(*, empty: bool = False, port: int = 8000) -> bool:
    """Make the office unless it exists. `empty`: people and doors, no tickets. Whether anything was made."""
    if Agent.objects.exists():
        move(port)
        return False
    made = world.build(sites=_sites(port))
    accounts.save(
        made.inboxes["mail"],
        {
            "smtp_host": office.HOST,
            "smtp_port": office.mail_port(port),
            "smtp_security": "none",
            "authserv_id": post.SERVER,
        },
        by=made.agents["arash"],
    )
    _allow_answers(made)
    Agent.objects.filter(pk__in=[made.agents[key].pk for key in ("sara", "omid", "laila")]).update(
        presence=Presence.ONLINE
    )
    # whoever looks around at night shall meet someone in the chat; mail and portal keep office hours
    keep_hours(made)
    Team.objects.filter(pk__in=[made.teams[key].pk for key in ("payments", "technical", "front")]).update(
        offered=True
    )
    phones.connect(made.teams["front"], made.agents["arash"], _desk(port))
    for key, number in phones.NUMBERS.items():
        who = made.customers[key]
        Identity.objects.create(customer=who, kind=IdentityKind.PHONE, address=number, verified_at=clock())
        refold(who)
    if not empty:
        levels.put_in_force(clock())
        grids.put_in_force(made, clock())
        shelved = articles.shelve(made, clock()) | gear.show(made, clock())
        gear.say_alike(made)
        month.tell(made, clock())
        warehouse.connect(made.agents["arash"], _desk(port))
        stories.tell(made)
        community.gather(made, clock())
        rules.put_in_force(made, clock())
        assistant.serve(made, shelved, clock())
        footsteps.walk(made, shelved, clock())
        remarks.leave(made, shelved, clock())
        answers.make(made, clock())
    return True


def keep_hours(made: world.World) -> None:
    """Beside the office in Tehran one in Dubai, whose weekend is Saturday and Sunday, and a chat that never closes."""
    arash, day = made.agents["arash"], [["09:00", "13:00"], ["14:00", "18:00"]]
    ramadan = {
        "name": "دوام رمضان",
        "calendar": "hijri",
        "from": [9, 1],
        "to": [9, 30],
        "does": "open",
        "spans": [["09:00", "14:30"]],
    }
    save_hours(
        None, by=arash, name="دفتر دبی", zone="Asia/Dubai", country="AE", week=[day] * 5 + [[], []], own=[ramadan],
        teams=[made.teams["technical"]],
    )  # fmt: skip
    always = [[["00:00", "24:00"]]] * 7
    save_hours(
        None, by=arash, name="شبانه‌روزی", zone="Asia/Tehran", week=always, inboxes=[made.inboxes["shop"]]
    )
    tehran = BusinessHours.objects.get(name="دفتر تهران")
    save_hours(tehran, by=arash, teams=[made.teams["payments"]])


def _allow_answers(made: world.World) -> None:
    """Three agents are told by mail, in two languages, and may answer so: their letters lie in the post office too."""
    known = sign()
    shaping.save_desk(by=made.agents["arash"], name=known.name, language=known.language, agents_by_mail=True)
    names = {"en": "Chakad Shop", "ar": "متجر تشكاد"}  # what customers of each language call it
    shaping.save_face(by=made.agents["arash"], names=names, greetings={}, colour="")
    shaping.save_follow_up(24, by=made.agents["arash"])  # is it really solved?
    ways: dict[str, Iterable[str]] = {str(kind): usual for kind, usual in bells.DEFAULT.items()}
    ways |= {str(kind): [*bells.DEFAULT[kind], bells.By.MAIL] for kind in inviting.ACTS}
    for key in ("sara", "dara", "james"):
        choosing.choose(made.agents[key], ways=ways)


def move(port: int) -> None:
    """The office has another port today: so have its shop and its mail server."""
    Inbox.objects.filter(key="shop-widget").update(sites=list(_sites(port)))
    Account.objects.filter(smtp_host=office.HOST).update(smtp_port=office.mail_port(port))
    warehouse.move(_desk(port))
    Gateway.objects.filter(inbox__key="support-texts").update(base=phones.gateway_address(_desk(port)))


def _desk(port: int) -> str:
    return f"http://{office.HOST}:{port}"


def _sites(port: int) -> tuple[str, ...]:
    return tuple(f"http://{host}:{office.shop_port(port)}" for host in (office.HOST, "localhost"))


def beside(desk: str, port: int) -> list[Work]:
    """What runs beside the desk: the mail server and the shop."""
    post = Path(settings.DATA_DIR) / "post"
    works: list[Work] = []
    for name, work in (
        ("mail", partial(office.mail_server, post, office.mail_port(port))),
        ("shop", partial(office.shop_server, desk, office.shop_port(port))),
    ):
        work.__name__ = name  # type: ignore[attr-defined]
        works.append(work)
    return works


def tell(address: str, port: int) -> None:
    """Print where everything is."""
    print(f"\n  Pelekan's demo lives at {address}\n")
    print(f"  Agents      {address}/desk/")
    print(f"  Customers   {address}/portal/")
    print(f"  Their post  {address}/demo/post/")
    print(f"  Their phones {address}/demo/phones/")
    print(f"  The shop    http://{office.HOST}:{office.shop_port(port)}/   (with the chat widget)\n")
    print(f"  Sign in with the password {world.PASSWORD} as:")
    for agent in Agent.objects.select_related("user").order_by("pk"):
        print(f"    {agent.user.email:24} {agent.role:8} {agent.name}")
    print("\n  Ctrl+C ends it.\n", flush=True)
