"""Finding: what people type, and whose eyes it is for."""

from __future__ import annotations

import pytest

from pelekan.knowledge import actions
from pelekan.knowledge.models import Section, Synonyms, Translation, Visibility
from pelekan.knowledge.readers import ANYONE, Reader, of_customer
from pelekan.knowledge.search.asking import Found, find
from pelekan.people.models import Agent, Customer, CustomerGroup, Tier

pytestmark = pytest.mark.django_db

ARTICLES = {
    "renew": ("fa", "تمدید اشتراک", "برای تمدید اشتراک به صفحهٔ حساب بروید و دکمهٔ تمدید را بزنید. پرداخت با کارت است."),
    "password": ("fa", "رمز عبور را فراموش کرده‌ام", "در صفحهٔ ورود روی فراموشی رمز بزنید تا پیوند تازه برایتان بیاید."),
    "books": ("fa", "کتاب‌های دانش‌آموزان", "کتاب‌ها را می‌توانید از کتابخانه بگیرید. سال ۱۴۰۵."),
    "invoice": ("fa", "دریافت صورتحساب", "صورتحساب هر ماه در پنل شما است."),
    "ship": ("ar", "متى يصل الطلب؟", "يصل الطلب خلال ثلاثة أيام عمل. يمكنكم تتبع الشحنة من صفحة الطلبات."),
    "account": ("ar", "إغلاق الحساب", "لإغلاق الحساب افتحوا الإعدادات ثم اضغطوا على إغلاق."),
    "reset": ("en", "Reset your password", "Open the sign-in page and choose “Forgot password”. We send a fresh link."),
    "refund": ("en", "Refunds", "Refunds take five days to arrive on your card."),
}  # fmt: skip


@pytest.fixture
def shelf(world: object) -> Section:
    return Section.objects.create(slug="search-tests", names={"en": "Tests"})


def out(shelf: Section, language: str, title: str, body: str, **known: object) -> Translation:
    made = actions.begin(shelf, language=language, title=title, body=f"<p>{body}</p>", by=None, **known)
    return actions.publish(made, by=None)


@pytest.fixture
def library(shelf: Section) -> dict[int, str]:
    return {out(shelf, *words).pk: name for name, words in ARTICLES.items()}


def first(found: Found, library: dict[int, str]) -> str:
    return library.get(found.hits[0].id, "?") if found.hits else ""


@pytest.mark.parametrize(
    ("typed", "name", "corrected"),
    [
        ("تمدید اشتراک", "renew", ""),
        ("تمديد إشتراك", "renew", ""),  # Arabic letters
        ("jlndn hajvh;", "renew", "تمدید اشتراک"),  # Persian on an English keyboard
        ("tamdid eshterak", "renew", "تمدید اشتراک"),  # Persian in Latin letters
        ("تمدید اشترک", "renew", "تمدید اشتراک"),  # a slip
        ("رمز عبور", "password", ""),
        ("فراموشی رمزم", "password", ""),
        ("کتاب های دانش آموزان", "books", ""),
        ("کتابهای دانشآموزان", "books", ""),
        ("كتاب ۱۴۰۵", "books", ""),
        ("١٤٠٥", "books", ""),
        ("الطلبات", "ship", ""),
        ("وصول طلبي", "ship", ""),
        ("اغلاق حساب", "account", ""),
        ("إِغْلَاقُ الحِسَاب", "account", ""),
        ("forgotten passwords", "reset", ""),
        ("pasword reset", "reset", "password reset"),
        ("قثبعدی", "refund", "refund"),  # English on a Persian keyboard
        ("refun", "refund", "refunds"),
    ],
)  # fmt: skip
def test_what_people_type_is_understood(
    typed: str, name: str, corrected: str, library: dict[int, str]
) -> None:
    found = find(typed, reader=ANYONE)
    assert first(found, library) == name
    assert found.corrected.lower() == corrected


def test_what_was_corrected_can_be_searched_literally(library: dict[int, str]) -> None:
    assert find("pasword", reader=ANYONE).hits
    assert not find("pasword", reader=ANYONE, literal=True).hits


def test_anything_is_a_valid_question(library: dict[int, str]) -> None:
    for typed in (
        "",
        " ",
        "؟",
        '"',
        "' OR 1=1 --",
        "a:b AND NOT (",
        "*",
        "^title",
        "\x00",
        "ا" * 5000,
        "NEAR(a b)",
        "😀",
        "%_\\",
    ):
        find(typed, reader=ANYONE, typing=True)


def test_synonyms_lead_to_each_other(library: dict[int, str]) -> None:
    assert first(find("فاکتور", reader=ANYONE), library) != "invoice"
    Synonyms.objects.create(words=["فاکتور", "صورتحساب", "قبض ماهانه"])
    for typed in ("فاکتور", "فاکتورها", "قبض ماهانه"):
        assert first(find(typed, reader=ANYONE), library) == "invoice", typed


def test_while_one_types_the_last_word_is_a_beginning(library: dict[int, str]) -> None:
    for typed in ("اشتر", "تمدید اشت", "pass", "res"):
        assert find(typed, reader=ANYONE, typing=True).hits, typed
    assert not find("اشتر", reader=ANYONE, literal=True).hits


def test_hits_are_marked_in_the_original_spelling(library: dict[int, str]) -> None:
    hit = find("كتاب دانش آموز", reader=ANYONE).hits[0]
    assert "".join(piece for piece, _ in hit.title) == "کتاب‌های دانش‌آموزان"
    assert [piece for piece, marked in hit.title if marked] == ["کتاب‌های", "دانش‌آموزان"]
    assert any(marked for _, marked in hit.snippet)
    assert "کتابخانه" in hit.passage


def test_language_section_and_kind_filter(library: dict[int, str], shelf: Section) -> None:
    inner = Section.objects.create(slug="inner", names={"en": "Inner"}, parent=shelf)
    other = Section.objects.create(slug="other", names={"en": "Other"})
    faq = out(inner, "en", "Password rules", "A password has ten letters.", kind="faq")
    assert [hit.id for hit in find("password", reader=ANYONE, article_kind="faq").hits] == [faq.pk]
    assert faq.pk in {hit.id for hit in find("password", reader=ANYONE, section=shelf.pk).hits}
    assert not find("password", reader=ANYONE, section=other.pk).hits
    assert not find("password", reader=ANYONE, kinds=("topic",)).hits
    assert not find("password", reader=ANYONE, only="fa").hits
    both = out(shelf, "fa", "حساب VPN", "vpn"), out(shelf, "en", "VPN account", "vpn")
    for one in both:
        assert find("vpn", reader=ANYONE, language=one.language).hits[0].id == one.pk


def test_pages_follow_each_other(shelf: Section) -> None:
    made = {out(shelf, "en", f"Printer {number}", "printer paper").pk for number in range(23)}
    seen: list[int] = []
    for skip in (0, 10, 20):
        found = find("printer", reader=ANYONE, limit=10, skip=skip)
        seen += [hit.id for hit in found.hits]
        assert found.more == (skip < 20)
    assert len(seen) == 23 and set(seen) == made


@pytest.fixture
def kept_back(shelf: Section) -> dict[str, Translation]:
    """One article for each kind of reader, each with a word of its own."""
    tier = Tier.objects.order_by("-level").first()
    group = CustomerGroup.objects.create(name="Gold")
    made = {
        one: out(shelf, "en", f"About {one}word", f"The {one}word is zanzibar.", visibility=one, **({"tier": tier} if one == "tier" else {}))
        for one in Visibility.values
    }  # fmt: skip
    made["groups"].article.groups.add(group)
    from pelekan.knowledge.search.keeping import put_translation

    put_translation(Translation.objects.select_related("article", "published").get(pk=made["groups"].pk))
    return made


def test_what_a_reader_may_not_read_is_not_found_nor_counted_nor_hinted(
    kept_back: dict[str, Translation],
) -> None:
    customer = Customer.objects.first()
    agent = Agent.objects.first()
    assert customer is not None and agent is not None
    gold = Reader(customer=customer, group_ids=frozenset(CustomerGroup.objects.values_list("pk", flat=True)))
    level = Tier.objects.order_by("-level").values_list("level", flat=True)[0]
    allowed = {
        ANYONE: {"public"},
        Reader(customer=customer): {"public", "customers"},
        gold: {"public", "customers", "groups"},
        Reader(agent=agent, level=level - 1): {"public", "customers", "groups", "agents"},
        Reader(agent=agent, level=level): set(Visibility.values),
    }
    for reader, kinds in allowed.items():
        found = find("zanzibar", reader=reader)
        assert {hit.id for hit in found.hits} == {kept_back[one].pk for one in kinds}
        assert not found.more
        for one in Visibility.values:
            for typed in (f"{one}wodr", f"{one}wor"):  # a slip, a beginning
                hinted = find(typed, reader=reader, typing=not typed.endswith("r"))
                assert (kept_back[one].pk in {hit.id for hit in hinted.hits}) == (one in kinds)
                if one not in kinds:
                    assert f"{one}word" not in hinted.corrected


def test_what_nobody_may_read_changes_no_score(library: dict[int, str], shelf: Section) -> None:
    before = find("password reset", reader=ANYONE)
    for _number in range(5):
        out(shelf, "en", "Reset password", "reset password reset", visibility="agents")
    after = find("password reset", reader=ANYONE)
    assert [(hit.id, hit.score, hit.sure) for hit in before.hits] == [
        (hit.id, hit.score, hit.sure) for hit in after.hits
    ]


def test_a_stale_index_shows_nothing_that_may_not_be_read(library: dict[int, str]) -> None:
    """The last gate holds even before the index has followed."""
    found = find("تمدید", reader=ANYONE).hits[0]
    Translation.objects.get(pk=found.id).article.__class__.objects.filter(pk=found.article_id).update(
        visibility="agents"
    )
    assert found.id not in {hit.id for hit in find("تمدید", reader=ANYONE).hits}
    assert of_customer(None) is ANYONE
