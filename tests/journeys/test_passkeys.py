"""A customer adds a passkey and comes in with it, in a browser whose authenticator is Chromium's own (WebAuthn over CDP)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.desks import Demo

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]

LINK = """
import re
from django.conf import settings
from pelekan.lib.time import now
from pelekan.people import letters, passcodes
from pelekan.people.models import Letter
passcodes.ask("mina.salehi@example.com", language="fa", now=now())
print(re.search(r"/portal/sign-in/link/[^\\s]+", letters.text_of(Letter.objects.latest("pk")))[0])
"""


@pytest.fixture(scope="module", params=["fa"])
def desk(
    request: pytest.FixtureRequest, empty_demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    """A desk with a name: browsers keep no passkey for a bare number."""
    one = Demo(empty_demo, tmp_path_factory.mktemp("desk"), request.param)
    config = one.folder / "pelekan.toml"
    one.address = one.address.replace("127.0.0.1", "localhost")
    config.write_text(re.sub('base_url = ".*"', f'base_url = "{one.address}"', config.read_text()))
    one.start("serve", "--port", str(one.port))  # `demo` would write the bare number again
    yield one
    one.end()


def test_a_passkey_is_added_and_signs_in(desk: Demo, people: Callable[..., Any]) -> None:
    """The browser's own authenticator, verified by finger, with a key that it offers by itself."""
    page = people("")
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    key = tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    link = desk.in_django(LINK).strip().splitlines()[-1]
    page.goto(desk.address + link)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/portal/")

    page.goto(desk.address + "/portal/profile/")
    form = page.locator("[data-passkey-add]")
    form.locator("input[name=name]").fill("my phone")
    form.locator("button").click()
    page.locator("#keys bdi", has_text="my phone").wait_for()
    assert len(tools.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]) == 1

    page.locator("button[formaction$='/sign-out/']").click()
    page.wait_for_url("**/sign-in/**")
    page.locator("[data-passkey-enter] button").click()
    page.wait_for_url("**/portal/")

    tools.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.goto(desk.address + "/portal/profile/")
    page.locator("button[formaction$='/sign-out/']").click()
    page.wait_for_url("**/sign-in/**")
    with page.expect_response("**/sign-in/passkey/"):
        page.locator("[data-passkey-enter] button").click()
    page.wait_for_timeout(500)  # who has the phone and not the finger stays outside
    page.goto(desk.address + "/portal/")
    assert "/sign-in/" in page.url
