"""Everything that can be done to a ticket. Each is a plain function: who (`by`), when (`now`), why (`because`)."""

from pelekan.tickets.actions.addresses import (
    add_address,
    drop_passkey,
    end_sessions,
    keep_passkey,
    remove_address,
    set_password,
)
from pelekan.tickets.actions.assessing import assess, confirm
from pelekan.tickets.actions.chats import accept_chat, end_chat, leave_bot, mark_read, transfer_chat
from pelekan.tickets.actions.conversing import (
    NewerMessage,
    NothingToSay,
    newer_than,
    note,
    open_talk,
    release_held,
    reply,
    say,
)
from pelekan.tickets.actions.customers import (
    adopt,
    answer,
    describe_customer,
    end_access,
    end_links,
    give,
    keep_private,
    welcome,
)
from pelekan.tickets.actions.describing import categorise, register, rename, set_causes, tag, untag
from pelekan.tickets.actions.drafting import drop_draft, keep_draft, seen, set_auto_accept, set_presence
from pelekan.tickets.actions.joining import CannotJoin, join, refuse_hint, unjoin
from pelekan.tickets.actions.knowing import describe_self, know_customer
from pelekan.tickets.actions.moving import WhyMissing, assign, entrust, escalate, hand_over, release, take
from pelekan.tickets.actions.packing import PackMissing, keep_pack, link_issue, unlink_issue
from pelekan.tickets.actions.placing import route
from pelekan.tickets.actions.reaching import answer_again, unanswer
from pelekan.tickets.actions.receiving import hold_customer, receive, said_before, take_in
from pelekan.tickets.actions.returning import NobodySent, accept, send_back
from pelekan.tickets.actions.settling import CategoryMissing, close, hold, reopen, resume, solve, wait
from pelekan.tickets.actions.splitting import split

__all__ = [
    "CategoryMissing",
    "CannotJoin",
    "NewerMessage",
    "NothingToSay",
    "NobodySent",
    "PackMissing",
    "WhyMissing",
    "add_address",
    "drop_passkey",
    "end_sessions",
    "keep_passkey",
    "keep_private",
    "remove_address",
    "set_password",
    "accept",
    "accept_chat",
    "adopt",
    "answer",
    "answer_again",
    "assess",
    "assign",
    "categorise",
    "close",
    "confirm",
    "describe_customer",
    "describe_self",
    "drop_draft",
    "end_access",
    "end_chat",
    "end_links",
    "entrust",
    "escalate",
    "give",
    "hand_over",
    "hold",
    "hold_customer",
    "join",
    "keep_draft",
    "keep_pack",
    "know_customer",
    "leave_bot",
    "link_issue",
    "mark_read",
    "newer_than",
    "note",
    "open_talk",
    "receive",
    "refuse_hint",
    "register",
    "release",
    "release_held",
    "rename",
    "reopen",
    "reply",
    "resume",
    "route",
    "say",
    "set_causes",
    "said_before",
    "seen",
    "send_back",
    "set_auto_accept",
    "set_presence",
    "solve",
    "split",
    "tag",
    "take",
    "take_in",
    "transfer_chat",
    "unanswer",
    "unjoin",
    "unlink_issue",
    "untag",
    "wait",
    "welcome",
]
