"""Who may find what, said in the words of the index.

Each entry's words stand in the index under the codes of those who may read it: "" everyone, "c" signed-in customers, "g5" the
group 5, "k" groups (for agents), "a" agents, "t3" the step 3. A reader asks only under his own codes: what he may not read is
neither found nor counted, corrects nothing, completes nothing, and weighs nothing in the order of what he finds.
"""

from __future__ import annotations

from pelekan.knowledge.models import Article, Visibility
from pelekan.knowledge.readers import Reader
from pelekan.people.models import Tier


def codes_of(article: Article) -> tuple[str, ...]:
    """Under which codes an article stands."""
    if article.visibility == Visibility.PUBLIC:
        return ("",)
    if article.visibility == Visibility.CUSTOMERS:
        return ("c",)
    if article.visibility == Visibility.AGENTS:
        return ("a",)
    if article.visibility == Visibility.TIER:
        return (f"t{article.tier_id}",)
    return ("k", *(f"g{group.pk}" for group in sorted(article.groups.all(), key=lambda one: one.pk)))


def codes_for(reader: Reader) -> tuple[str, ...]:
    """Under which codes a reader asks."""
    if reader.level is not None:
        tiers = Tier.objects.filter(level__lte=reader.level).order_by("pk").values_list("pk", flat=True)
        return ("", "c", "k", "a", *(f"t{pk}" for pk in tiers))
    if reader.group_ids:
        return ("", "c", *(f"g{pk}" for pk in sorted(reader.group_ids)))
    return ("", "c") if reader.customer is not None else ("",)
