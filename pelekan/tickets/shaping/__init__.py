"""How the desk is built: staircase, teams, agents, inboxes, categories, replies, customers. Who may: `people.access`.

Every function here is an action: it changes rows, leaves an event with who and what, and ends or keeps rights in
the same transaction. `CannotBe` carries a sentence for the field that it is about.
"""

from pelekan.tickets.shaping.doors import (
    archive_inbox,
    restore_inbox,
    rotate_secret,
    save_inbox,
)
from pelekan.tickets.shaping.eyes import choose_eyes
from pelekan.tickets.shaping.folk import save_customer, save_organization
from pelekan.tickets.shaping.founding import found_office
from pelekan.tickets.shaping.keys import create_key, revoke_key
from pelekan.tickets.shaping.naming import save_desk, save_face, save_follow_up, save_reach
from pelekan.tickets.shaping.replies import delete_reply, save_reply
from pelekan.tickets.shaping.skills import delete_skill, save_skill
from pelekan.tickets.shaping.sorting import (
    archive_category,
    delete_tag,
    merge_tags,
    rename_tag,
    require_category,
    restore_category,
    save_category,
    save_tag,
)
from pelekan.tickets.shaping.staff import (
    change_agent,
    disable_agent,
    enable_agent,
    hire,
    reinvite,
)
from pelekan.tickets.shaping.staircase import add_tier, delete_tier, describe_tier, shape_staircase
from pelekan.tickets.shaping.teams import archive_team, restore_team, save_team
from pelekan.tickets.shaping.values import CannotBe

__all__ = [
    "CannotBe",
    "add_tier",
    "archive_category",
    "archive_inbox",
    "archive_team",
    "change_agent",
    "choose_eyes",
    "create_key",
    "delete_reply",
    "delete_skill",
    "delete_tag",
    "delete_tier",
    "describe_tier",
    "disable_agent",
    "enable_agent",
    "found_office",
    "hire",
    "merge_tags",
    "reinvite",
    "rename_tag",
    "require_category",
    "restore_category",
    "restore_inbox",
    "restore_team",
    "revoke_key",
    "rotate_secret",
    "save_category",
    "save_customer",
    "save_desk",
    "save_follow_up",
    "save_inbox",
    "save_organization",
    "save_face",
    "save_reach",
    "save_reply",
    "save_skill",
    "save_tag",
    "save_team",
    "shape_staircase",
]
