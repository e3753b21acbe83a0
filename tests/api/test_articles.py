"""Articles by the API, with the rights of the agent in whose name it is."""

from __future__ import annotations

import pytest

from pelekan.demo import articles
from pelekan.demo.world import World
from pelekan.people import tokens
from tests.api.test_climb import asking

pytestmark = pytest.mark.django_db
BOTH = ("articles:read", "articles:write")


def test_written_reviewed_and_published_in_somebodys_name(world: World) -> None:
    made = articles.shelve(world)
    sara, nika = asking(world, "sara", BOTH), asking(world, "nika", BOTH)
    new = {
        "title": "Snow tyres",
        "language": "en",
        "section": "delivery",
        "body": "<p>x<script>1</script></p>",
        "visibility": "public",
    }
    one = sara("post", "articles", new, **{"Idempotency-Key": "a"})
    assert (
        one.status_code == 201
        and sara("post", "articles", new, **{"Idempotency-Key": "a"}).json() == one.json()
    )
    at = f"articles/{one.json()['id']}/en"
    assert (one.json()["body"], one.json()["state"], one.json()["published"]) == ("<p>x</p>", "draft", None)
    assert sara("post", f"{at}/publish").status_code == 403
    assert sara("put", at, {"title": "Snow", "base": 0}).status_code == 409
    assert sara("put", at, {"title": "Snow", "base": 1, "body": "<p>y</p>"}).json()["version"] == 2
    assert sara("post", f"{at}/review").json()["state"] == "review"
    out = nika("post", f"{at}/publish").json()
    assert out["published"] == 2 and out["url"]
    assert nika("post", f"{at}/publish", {"at": "2020-01-01T00:00:00Z"}).status_code == 422
    assert sara("get", f"articles/{made['gateway'].pk}/en").status_code == 404
    listed = sara("get", "articles?language=en&limit=200").json()["articles"]
    assert made["gateway"].pk not in {row["id"] for row in listed} and one.json()["id"] in {
        row["id"] for row in listed
    }


def test_a_token_without_the_scope_or_a_person_reads_nothing(world: World) -> None:
    assert asking(world, "sara", tokens.USUAL)("get", "articles").status_code == 403
    with pytest.raises(ValueError, match="articles:read"):
        tokens.create("x", scopes=("articles:read",))
