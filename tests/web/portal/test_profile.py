"""What a customer says about himself."""

from __future__ import annotations

from django.test import Client

from pelekan.demo.world import World
from pelekan.people.models import Claim, Customer
from tests.web.portal.desk import browser_of


def test_profile_is_kept_and_phones_stay_claims(world: World, mina: Client) -> None:
    form = {
        "name": "مینا ص.",
        "language": "ar",
        "calendar": "hijri",
        "zone": "Asia/Riyadh",
        "digits": "latin",
        "importance": 9,
    }
    assert mina.post("/portal/profile/", form).status_code == 302
    customer = Customer.objects.select_related("user").get(pk=world.customers["mina"].pk)
    assert (customer.name, customer.language, customer.user.calendar, customer.user.digits) == (
        "مینا ص.",
        "ar",
        "hijri",
        "latin",
    )
    assert customer.importance == 0
    assert mina.post("/portal/profile/", {**form, "zone": "../../etc/passwd"}).status_code == 422
    mina.post("/portal/profile/addresses/", {"address": "+98 ۹۱۲ ۱۲۳ ۴۵۶۷"})
    claim = Claim.objects.get(customer=customer)
    assert claim.address == "+989121234567"
    assert not customer.identities.filter(kind="phone").exists()
    mina.post("/portal/profile/addresses/remove/", {"address": f"phone:{claim.address}"})
    assert not Claim.objects.exists()


def test_sign_out_everywhere(world: World, mina: Client) -> None:
    other = browser_of(world, "mina")
    assert other.get("/portal/profile/").status_code == 200
    mina.post("/portal/profile/sign-out-everywhere/")
    assert other.get("/portal/profile/").status_code == 302
    assert mina.get("/portal/profile/").status_code == 302
