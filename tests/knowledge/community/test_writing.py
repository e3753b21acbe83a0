"""Asking, answering, looking at what waits, merging: and what is told to whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pelekan.knowledge import readers
from pelekan.knowledge.community import finding, following, keeping, members, pace, steering, writing
from pelekan.knowledge.community.models import Edit, Following, Post, Readers, State, Topic, Vote
from pelekan.knowledge.community.writing import MayNot, Sending
from pelekan.lib import due
from pelekan.lib.limits import TooMuch
from pelekan.people.letters import text_of
from pelekan.people.models import CustomerGroup, Letter
from pelekan.tickets import lists
from pelekan.tickets.models import Bell, Event
from pelekan.tickets.shaping import CannotBe
from pelekan.web.workspace.live import own_topics
from tests.conftest import NOON
from tests.knowledge.community.conftest import Place

pytestmark = pytest.mark.django_db

ASKED = "My tent arrived without its pegs. Can I get them alone?"


def asked(place: Place, by: object = None, **known: object) -> Topic:
    known = {"title": "Tent without pegs", "source": ASKED, "language": "en", "now": NOON, **known}
    return writing.ask(place.space, by=by or place.mina, **known)  # type: ignore[arg-type]


def mailed() -> list[str]:
    """Everything that fell due is done; what was written to whom."""
    later = NOON + timedelta(days=1)
    for row in due.claim(Following, later, 50):
        if (again := following.tell(row)) is not None:
            raise AssertionError(again)
    return [
        f"{one.recipient}: {text_of(one)}" for one in Letter.objects.filter(kind="community").order_by("pk")
    ]


def test_what_a_trusted_customer_says_stands_at_once_and_what_a_newcomer_says_waits(place: Place) -> None:
    assert asked(place).state == State.SHOWN
    waiting = asked(
        place, place.yusuf, title="Where is my order?", source="It was sent a week ago, they say."
    )
    assert waiting.state == State.WAITING
    assert waiting not in Topic.objects.readable_by(readers.of_agent(place.agent))
    assert [post.reasons for post in steering.waiting()] == [["first"]]
    assert Bell.objects.filter(kind="community").exists()
    steering.approve(waiting.posts.get(), by=place.agent, now=NOON)
    assert Topic.objects.readable_by(readers.ANYONE).filter(pk=waiting.pk).exists()
    place.yusuf.refresh_from_db()
    assert place.yusuf.approved == 1
    assert set(Event.objects.filter(agent=place.agent).values_list("name", flat=True)) >= {"post.approved"}


def test_the_same_sending_twice_is_one_post(place: Place) -> None:
    once = asked(place, sending=Sending(client_id="abc"))
    assert asked(place, sending=Sending(client_id="abc")) == once
    said = [
        writing.answer(
            once, by=place.emma, source="Yes, ask for a set.", sending=Sending(client_id="x"), now=NOON
        )
        for _ in range(2)
    ]
    assert said[0] == said[1]
    once.refresh_from_db()
    assert once.answers == 1


@pytest.mark.parametrize(
    ("source", "sending", "reason"),
    [
        ("See https://a.example https://b.example https://c.example https://d.example", Sending(), "links"),
        ("Buy CHEAP   pills here today", Sending(), "words"),
        ("Just a friendly hello to all of you here", Sending(seconds=1.0), "fast"),
        ("Just a friendly hello to all of you here", Sending(trapped=True), "trap"),
        ("Just a friendly hello to all of you here", Sending(hurried=True), "fast"),
    ],
)
def test_what_makes_a_post_of_somebody_trusted_wait(
    place: Place, source: str, sending: Sending, reason: str
) -> None:
    keeping.keep_rules(trust_after=2, edit_minutes=60, unanswered_hours=24, words=["cheap pills"], by=None)
    topic = asked(place, source=source, sending=sending)
    assert topic.posts.get().reasons == [reason]


def test_nearly_the_same_again_and_again_waits(place: Place) -> None:
    asked(place)
    again = asked(place, title="Tent without its pegs", source=ASKED.replace("alone", "alone please"))
    assert again.posts.get().reasons == ["alike"]


def test_a_refused_post_is_told_to_its_author_with_the_reason(place: Place) -> None:
    topic = asked(place, place.yusuf)
    with pytest.raises(CannotBe):
        steering.refuse(topic.posts.get(), by=place.agent, because=" ")
    steering.refuse(topic.posts.get(), by=place.agent, because="No phone numbers, please.", now=NOON)
    topic.refresh_from_db()
    assert topic.state == State.REFUSED
    assert any("No phone numbers" in one and one.startswith("yusuf") for one in mailed())


def test_three_readers_who_report_hide_a_post_until_somebody_looks(place: Place) -> None:
    topic = asked(place)
    post = writing.answer(topic, by=place.emma, source="You are all fools, every one of you.", now=NOON)
    kaveh = members.choose_name(place.customers["kaveh"], "kaveh")
    steering.report(post, by=place.mina, why="rude", now=NOON)
    steering.report(post, by=place.mina, why="rude again", now=NOON)
    assert list(steering.waiting()) == [post]
    assert post.reports.count() == 1
    with pytest.raises(MayNot):
        steering.report(post, by=place.emma, why="mine", now=NOON)
    for one in (place.yusuf, kaveh):
        steering.report(post, by=one, why="rude", now=NOON)
    post.refresh_from_db()
    topic.refresh_from_db()
    assert (post.state, post.reasons, topic.answers) == (State.WAITING, ["reported"], 0)
    steering.approve(post, by=place.agent, now=NOON)
    post.refresh_from_db()
    assert post.state == State.SHOWN and not list(steering.waiting())


def test_the_desk_chooses_what_is_too_much(place: Place) -> None:
    """Links that nobody looks at, reports until a post is taken out, posts at once: settings that are read."""
    keep = {"trust_after": 2, "edit_minutes": 60, "unanswered_hours": 24, "words": [], "by": None}
    keeping.keep_rules(**keep, most_links=0, usual_posts=1, most_posts=2, network_posts=60, hide_after=1)  # type: ignore[arg-type]
    linked = asked(place, source="Look at https://example.org/tents and tell me what you think of it.")
    assert linked.posts.get().reasons == ["links"]
    post = asked(place, title="Another tent").posts.get()
    steering.report(post, by=place.emma, why="rude", now=NOON)
    post.refresh_from_db()
    assert (post.state, post.reasons) == (State.WAITING, ["reported"])
    for limit in (pace.USUAL, pace.WRITES, pace.NETWORK):
        limit.clear()
    assert [pace.post(7, "192.0.2.7", NOON) for _ in range(2)] == [False, True]
    with pytest.raises(TooMuch):
        pace.post(7, "192.0.2.7", NOON)
    with pytest.raises(CannotBe):
        keeping.keep_rules(**keep, usual_posts=5, most_posts=4)  # type: ignore[arg-type]
    keeping.keep_rules(**keep, hide_after=0)  # type: ignore[arg-type]
    other = asked(
        place, title="A third tent", source="Something else that nobody has said before."
    ).posts.get()
    steering.report(other, by=place.emma, why="rude", now=NOON)
    other.refresh_from_db()
    assert other.state == State.SHOWN and other in steering.waiting()


def test_what_waits_is_counted_as_it_is_listed(place: Place) -> None:
    for place_in_line in range(3):
        asked(
            place,
            place.yusuf,
            title=f"Where is order {place_in_line}?",
            source=f"Question {place_in_line} of mine.",
        )
    post = writing.answer(
        asked(place), by=place.emma, source="You are all fools, every one of you.", now=NOON
    )
    for one in (place.mina, place.yusuf):
        steering.report(post, by=one, why="rude", now=NOON)
    agent = place.agent
    assert lists.counts([], agent, also=[("community", steering.waiting_sql(100))])["community"] == 4
    assert steering.waiting().count() == 4
    assert lists.counts([], agent, also=[("community", steering.waiting_sql(2))])["community"] == 2
    poked = Event.objects.filter(name__in=("post.waiting", "post.reported")).values_list("topics", flat=True)
    assert poked and all("community" in one.split() for one in poked)
    assert "community" in own_topics(agent), "whoever looks after it hears of it"


def test_what_was_solved_is_found_first_and_only_while_it_is(place: Place) -> None:
    words = "The poles of my tent are bent after the storm, can they be mended?"
    first, second = (
        asked(place, title="Bent poles", source=words, now=NOON + timedelta(minutes=number))
        for number in (0, 1)
    )
    steering.approve(second.posts.get(), by=place.agent, now=NOON)  # the same words again wait for a look
    answers = {
        one: writing.answer(one, by=place.emma, source="Warm them, bend back.", now=NOON)
        for one in (first, second)
    }

    def order() -> list[int]:
        return [
            one.topic.pk for one in finding.find("bent poles of a tent", reader=readers.ANYONE, language="en")
        ]

    assert order() == [first.pk, second.pk] and finding.solved([first.pk, second.pk]) == set()
    steering.accept(answers[second], by=place.mina, now=NOON)
    assert order() == [second.pk, first.pk] and finding.solved([first.pk, second.pk]) == {second.pk}
    steering.accept(answers[second], by=place.mina, wanted=False, now=NOON)
    assert order() == [first.pk, second.pk]
    steering.accept(answers[second], by=place.mina, now=NOON)
    steering.refuse(answers[second], by=place.agent, because="It breaks them.", now=NOON)
    assert finding.solved([second.pk]) == set()
    assert finding.find("warm bend back", reader=readers.ANYONE, language="en")[0].topic != second


def test_one_vote_each_and_back_again(place: Place) -> None:
    topic = asked(place)
    post = topic.posts.get()
    assert steering.vote(post, by=place.emma) == 1
    assert steering.vote(post, by=place.emma) == 1
    assert steering.vote(post, by=place.yusuf) == 2
    assert steering.vote(post, by=place.emma, wanted=False) == 1
    assert Vote.objects.count() == 1
    topic.refresh_from_db()
    assert topic.votes == 1
    with pytest.raises(MayNot):
        steering.vote(post, by=place.mina)


def test_only_the_asker_and_the_team_accept_an_answer(place: Place) -> None:
    topic = asked(place)
    post = writing.answer(topic, by=place.emma, source="Write to them, they send a set for free.", now=NOON)
    with pytest.raises(MayNot):
        steering.accept(post, by=place.emma)
    steering.accept(post, by=place.mina, now=NOON)
    topic.refresh_from_db()
    assert topic.accepted == post
    assert any("was accepted" in one and one.startswith("emma") for one in mailed())
    steering.accept(post, by=place.agent, wanted=False)
    topic.refresh_from_db()
    assert topic.accepted is None


def test_a_blocked_customer_writes_and_votes_no_more(place: Place) -> None:
    topic = asked(place)
    members.block(place.emma, by=place.agent, because="Advertising")
    with pytest.raises(MayNot):
        writing.answer(topic, by=place.emma, source="Visit my shop")
    place.emma.refresh_from_db()
    with pytest.raises(MayNot):
        steering.vote(topic.posts.get(), by=place.emma)
    assert Event.objects.filter(name="member.blocked", because="Advertising").exists()


def test_other_words_while_the_time_runs_and_the_former_ones_stay(place: Place) -> None:
    topic = asked(place)
    post = topic.posts.get()
    writing.change(
        post,
        by=place.mina,
        title="Tent without pegs?",
        source="Can I buy pegs?",
        now=NOON + timedelta(minutes=5),
    )
    assert Edit.objects.get().source == ASKED
    late = NOON + timedelta(hours=2)
    with pytest.raises(MayNot):
        writing.change(post, by=place.mina, title="Tent", source="Later", now=late)
    with pytest.raises(MayNot):
        writing.change(post, by=place.emma, title="Tent", source="Not mine", now=NOON)
    writing.change(
        post, by=place.agent, title="Tent without pegs", source="Without the phone number", now=late
    )
    assert Edit.objects.last().by_agent == place.agent


def test_links_that_are_brought_in_later_make_it_wait_too(place: Place) -> None:
    topic = asked(place)
    many = " ".join(f"https://{n}.example" for n in "abcd")
    writing.change(topic.posts.get(), by=place.mina, title=topic.title, source=many, now=NOON)
    topic.refresh_from_db()
    assert topic.state == State.WAITING
    place.mina.refresh_from_db()
    assert place.mina.approved == 5  # the topic's own was taken back


def test_a_topic_that_others_answered_outlives_its_first_words(place: Place) -> None:
    topic = asked(place)
    with pytest.raises(MayNot):
        writing.delete(topic.posts.get(), by=place.emma)
    writing.answer(topic, by=place.emma, source="Ask for a set of them.", now=NOON)
    writing.delete(topic.posts.get(first=True), by=place.mina, now=NOON)
    topic.refresh_from_db()
    assert topic.state == State.SHOWN
    alone = asked(place, title="Something else", source="A quite different matter altogether", now=NOON)
    writing.delete(alone.posts.get(), by=place.mina, now=NOON)
    alone.refresh_from_db()
    assert alone.state == State.DELETED
    assert not finding.find("different matter", reader=readers.ANYONE)


def test_merging_keeps_everything(place: Place) -> None:
    one, other = (
        asked(place),
        asked(place, place.emma, title="No pegs in the bag", source="What do I do about the missing pegs?"),
    )
    answer = writing.answer(one, by=place.emma, source="They send a new set.", now=NOON)
    comment = writing.answer(one, by=place.mina, source="They did, thank you!", parent=answer, now=NOON)
    steering.vote(answer, by=place.mina)
    steering.accept(answer, by=place.mina)
    following.follow(place.yusuf, one)
    before = set(Post.objects.values_list("pk", flat=True))
    into = steering.merge(one, other, by=place.agent, now=NOON)
    assert set(other.posts.values_list("pk", flat=True)) == before
    one.refresh_from_db()
    answer.refresh_from_db()
    comment.refresh_from_db()
    assert (one.merged_into, into.accepted, into.answers, answer.votes, comment.parent) == (
        other,
        answer,
        2,
        1,
        answer,
    )
    assert other.posts.filter(first=True).count() == 1
    assert "Tent without pegs" in other.posts.get(pk=min(before)).html
    assert following.follows(place.yusuf, other)
    assert [like.topic for like in finding.find("pegs", reader=readers.ANYONE)] == [other]
    with pytest.raises(CannotBe):
        steering.merge(other, one, by=place.agent)


def test_topics_that_different_people_read_are_not_merged(place: Place) -> None:
    inner = keeping.save_space(None, names={"en": "Members"}, read=Readers.CUSTOMERS, by=None)
    secret = writing.ask(
        inner, by=place.mina, title="Only for us", source="Prices of next year", language="en"
    )
    with pytest.raises(CannotBe):
        steering.merge(secret, asked(place), by=place.agent)


def test_a_restricted_space_leaks_nowhere(place: Place) -> None:
    gold = CustomerGroup.objects.create(name="Gold")
    gold.customers.add(place.customers["mina"])
    inner = keeping.save_space(None, names={"en": "Gold"}, read=Readers.GROUPS, groups=[gold], by=None)
    secret = writing.ask(
        inner,
        by=place.mina,
        title="Prices of next year",
        source="Quite secret prices",
        language="en",
        now=NOON,
    )
    mina, emma = (readers.of_customer(place.customers[name]) for name in ("mina", "emma"))
    for reader in (readers.ANYONE, emma):
        assert not Topic.objects.readable_by(reader) and not Post.objects.readable_by(reader)
        assert not finding.find("secret prices", reader=reader)
    assert [like.topic for like in finding.find("secret prices", reader=mina)] == [secret]
    following.follow(place.emma, secret)  # she followed while she was in the group, say
    following.follow(place.emma, inner)
    writing.answer(secret, by=place.agent, source="They will rise a little.", now=NOON)
    assert mailed() and all(one.startswith("mina") for one in mailed())


def test_one_mail_until_he_looks_and_none_for_what_he_said_himself(place: Place) -> None:
    topic = asked(place)
    for n in range(3):
        writing.answer(topic, by=place.emma, source=f"Thought number {n} about those pegs of yours", now=NOON)
        mailed()
    assert len(mailed()) == 1 and "mina.salehi" in mailed()[0]
    following.seen(place.mina, topic, place.space)
    writing.answer(topic, by=place.emma, source="And a last thought, then I am silent", now=NOON)
    assert len(mailed()) == 2


def test_a_participant_is_called_by_his_name_and_a_stranger_is_not(place: Place) -> None:
    topic = asked(place)
    writing.answer(topic, by=place.emma, source="@Yusuf and @مینا.ص should know about this", now=NOON)
    (one,) = mailed()
    assert one.startswith("mina") and "نام" not in one.partition("community")[0] or one
    assert not Following.objects.filter(member=place.yusuf).exists()


def test_one_click_ends_the_mails(place: Place) -> None:
    topic = asked(place)
    row = Following.objects.get(member=place.mina, topic=topic)
    token = following.off_token(row)
    assert following.of_token(token) == row
    assert following.of_token(token[:-1] + "x") is None and following.of_token("1-abc") is None
    following.end(row)
    writing.answer(topic, by=place.emma, source="Nobody hears of this answer", now=NOON)
    writing.answer(topic, by=place.mina, source="And taking part does not bring it back", now=NOON)
    writing.answer(topic, by=place.emma, source="Nor of this one, I suppose", now=NOON)
    assert not [one for one in mailed() if one.startswith("mina")]


@pytest.mark.parametrize(
    "name", ["mina.salehi@example.com", "x", "a b", "سارا موحد", "SARA", "Support", "pelekan", "Em ma"]
)
def test_names_that_nobody_can_have(place: Place, name: str) -> None:
    if name == "SARA":
        name = "emma.c"  # looks like Emma-C
    with pytest.raises(CannotBe):
        members.choose_name(place.customers["kaveh"], name)


def test_spaces_where_only_the_team_begins(place: Place) -> None:
    news = keeping.save_space(None, names={"en": "News"}, write="answers", by=None)
    with pytest.raises(MayNot):
        writing.ask(news, by=place.mina, title="May I?", source="No", language="en")
    topic = writing.ask(
        news, by=place.agent, title="New tents", source="They are here.", language="en", as_desk=True
    )
    assert writing.answer(topic, by=place.mina, source="How nice they are!").state == State.SHOWN
    steering.lock(topic, by=place.agent)
    with pytest.raises(MayNot):
        writing.answer(topic, by=place.mina, source="Another word")
