"""Tickets and what belongs to them. Written only by `actions`; every change leaves a row in `Event`."""

from pelekan.tickets.models.doors import Channel as Channel
from pelekan.tickets.models.doors import Inbox as Inbox
from pelekan.tickets.models.log import Event as Event
from pelekan.tickets.models.sorting import Category as Category
from pelekan.tickets.models.sorting import RequestKind as RequestKind
from pelekan.tickets.models.sorting import Tag as Tag
from pelekan.tickets.models.talk import UNDER_WAY as UNDER_WAY
from pelekan.tickets.models.talk import Attachment as Attachment
from pelekan.tickets.models.talk import ChatState as ChatState
from pelekan.tickets.models.talk import Conversation as Conversation
from pelekan.tickets.models.talk import Message as Message
from pelekan.tickets.models.talk import MessageKind as MessageKind
from pelekan.tickets.models.talk import Messages as Messages
from pelekan.tickets.models.talk import Participant as Participant
from pelekan.tickets.models.ticket import A_DAY as A_DAY
from pelekan.tickets.models.ticket import HELD as HELD
from pelekan.tickets.models.ticket import IS_DONE as IS_DONE
from pelekan.tickets.models.ticket import IS_OPEN as IS_OPEN
from pelekan.tickets.models.ticket import NO_NEXT as NO_NEXT
from pelekan.tickets.models.ticket import PROMISED as PROMISED
from pelekan.tickets.models.ticket import SILENT as SILENT
from pelekan.tickets.models.ticket import Counter as Counter
from pelekan.tickets.models.ticket import Outcome as Outcome
from pelekan.tickets.models.ticket import Stay as Stay
from pelekan.tickets.models.ticket import Ticket as Ticket
from pelekan.tickets.models.ticket import Tickets as Tickets
from pelekan.tickets.models.ticket import in_a_day as in_a_day
from pelekan.tickets.models.writing import Draft as Draft
from pelekan.tickets.models.writing import ReadMark as ReadMark
from pelekan.tickets.models.writing import SavedReply as SavedReply
from pelekan.tickets.models.writing import owner_key as owner_key

# isort: split
# tables of rooms of their own, here so that Django finds them
from pelekan.tickets.bell.models import Bell as Bell
from pelekan.tickets.bell.models import BellChoice as BellChoice
from pelekan.tickets.calls.models import Call as Call
from pelekan.tickets.erasing.models import Erasure as Erasure
from pelekan.tickets.frustration.models import Mood as Mood
from pelekan.tickets.guides.models import Guide as Guide
from pelekan.tickets.guides.models import SentGuide as SentGuide
from pelekan.tickets.mydata.models import Takeout as Takeout
from pelekan.tickets.notices.models import Notice as Notice
from pelekan.tickets.notices.models import NoticeChoice as NoticeChoice
from pelekan.tickets.notices.models import NoticeState as NoticeState
from pelekan.tickets.notices.models import NoticeText as NoticeText
from pelekan.tickets.notices.models import Rating as Rating
from pelekan.tickets.packs.models import Issue as Issue
from pelekan.tickets.packs.models import Pack as Pack
from pelekan.tickets.pending.models import Pending as Pending
from pelekan.tickets.promises.models import Promise as Promise
from pelekan.tickets.rulebooks.models import Decision as Decision
from pelekan.tickets.rulebooks.models import Rulebook as Rulebook
from pelekan.tickets.views.models import SavedView as SavedView
from pelekan.tickets.webhooks.models import Webhook as Webhook
from pelekan.tickets.webhooks.models import WebhookCall as WebhookCall
