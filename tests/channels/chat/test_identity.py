"""What the page for sites says about signing is what we check."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pelekan.channels.chat.identity import NotSigned, Signed, signature, verify

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "widget.md").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def block(language: str) -> str:
    found = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found[-1]


def test_the_python_example_signs_what_we_accept():
    names: dict[str, object] = {}
    exec(block("python"), names)  # the example itself is what is tested
    who = names["identity"]("secret", "shop", id=42, email="مینا@example.com", name="مینا صالحی")  # type: ignore[operator]
    signed_at = datetime.fromtimestamp(int(who["exp"]) - 86400, UTC)
    assert verify(who, "secret", "shop", signed_at) == Signed("42", "مینا@example.com", "مینا صالحی", "")


def test_the_node_example_signs_what_we_accept(tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node.js")
    script = tmp_path / "sign.mjs"
    call = 'identity("secret", "shop", { id: "42", name: "مینا" })'
    script.write_text(block("js") + f"\nconsole.log(JSON.stringify({call}));", encoding="utf-8")

    who = json.loads(subprocess.run([node, script], capture_output=True, check=True, timeout=30).stdout)
    signed_at = datetime.fromtimestamp(int(who["exp"]) - 86400, UTC)
    assert verify(who, "secret", "shop", signed_at).name == "مینا"


@pytest.mark.parametrize(
    ("after", "accepted"), [(timedelta(0), False), (timedelta(seconds=1), True), (timedelta(days=400), False)]
)
def test_an_expiry_holds_to_the_second_and_not_for_ever(after, accepted):
    values = {"id": "1", "exp": str(int((NOW + after).timestamp()))}
    who = {**values, "hash": signature("secret", "shop", values)}
    if accepted:
        assert verify(who, "secret", "shop", NOW).id == "1"
    else:
        with pytest.raises(NotSigned):
            verify(who, "secret", "shop", NOW)


def test_without_a_secret_nothing_is_signed():
    values = {"id": "1"}
    with pytest.raises(NotSigned, match="no secret"):
        verify({**values, "hash": signature("", "shop", values)}, "", "shop", NOW)
