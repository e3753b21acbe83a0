"""THE SCORE: what follows from what. Event name → functions, in order, in the same transaction.

A reaction may write rows and call actions; it opens no socket, renders nothing and reads no clock.
"""

from __future__ import annotations

from collections.abc import Callable

from pelekan.channels import joining, outbox, reaching, telling
from pelekan.knowledge import edition
from pelekan.knowledge import search as answers
from pelekan.knowledge import telling as article_news
from pelekan.knowledge.bot import talking as bot
from pelekan.knowledge.community import finding, following
from pelekan.knowledge.deflection import cards
from pelekan.knowledge.deflection import solved as solved_questions
from pelekan.knowledge.trail import gaps
from pelekan.routing import chats, engine, giving, waits
from pelekan.routing.rules import AUTOMATED_ON
from pelekan.sla.timers import follow as timers
from pelekan.sla.timers import replan
from pelekan.tickets import asked, search, webhooks, weighing
from pelekan.tickets.bell import ring
from pelekan.tickets.following import acts as following_acts
from pelekan.tickets.frustration import watching
from pelekan.tickets.models import Event
from pelekan.tickets.promises import keeping
from pelekan.tickets.rulebooks import stairs
from pelekan.tickets.webhooks.events import ARTICLES, TICKETS

SCORE: dict[str, list[Callable[[Event], None]]] = {
    "message.received": [
        weighing.on_received,
        search.index_message,
        engine.route,
        giving.give,
        ring.ring,
        watching.heard,
        timers.follow,
        waits.begin,
        bot.heard,
    ],
    "message.sent": [
        search.index_message,
        cards.follow,
        telling.carry,
        outbox.queue,
        following_acts.tell,
        watching.answered,
        keeping.heard,
        timers.follow,
        waits.begin,
    ],
    "message.noted": [search.index_message, ring.ring],
    "ticket.registered": [bot.aside, engine.route, giving.give, telling.receipt, timers.follow],
    "ticket.joined": [ring.ring, timers.follow, waits.begin],
    "ticket.split": [joining.follow_split, timers.follow],
    "ticket.assigned": [bot.aside, ring.ring, timers.follow],
    "ticket.renamed": [search.index_subject, timers.follow],
    "ticket.created": [
        asked.on_created,
        weighing.on_created,
        engine.route,
        timers.follow,
        chats.offer,
        waits.begin,
    ],
    "ticket.escalated": [
        bot.aside,
        weighing.on_described,
        chats.offer,
        giving.give,
        telling.follow,
        ring.ring,
        watching.moved,
        timers.follow,
        waits.move,
    ],
    "ticket.returned": [
        bot.aside,
        weighing.on_described,
        chats.offer,
        giving.give,
        telling.follow,
        ring.ring,
        watching.moved,
        timers.follow,
        waits.move,
    ],
    "ticket.handed_over": [
        bot.aside,
        weighing.on_described,
        chats.offer,
        giving.give,
        ring.ring,
        watching.moved,
        timers.follow,
        waits.move,
    ],
    "ticket.categorised": [weighing.on_described, timers.follow, engine.route],
    "ticket.waited": [telling.follow, timers.follow],
    "ticket.solved": [
        telling.follow,
        following_acts.tell,
        keeping.solved,
        timers.follow,
        waits.begin,
        giving.serve,
    ],
    "ticket.closed": [keeping.solved, timers.follow, giving.serve],
    "ticket.reopened": [watching.moved, timers.follow, engine.route, giving.give, solved_questions.follow],
    "ticket.frustrated": [ring.ring],
    "call.done": [keeping.called],
    "guide.finished": [ring.ring],
    "promise.near": [ring.ring],
    "promise.missed": [ring.ring],
    "desk.forgot": [ring.ring],
    "ticket.rated": [ring.ring, solved_questions.follow],
    "answer.rated": [ring.ring],
    "ticket.told": [ring.ring],
    "ticket.nobody_free": [ring.ring],
    "chat.transferred": [ring.ring],
    "delivery.failed": [ring.ring, reaching.follow],
    "arrival.quarantined": [ring.ring],
    "answer.refused": [ring.ring],
    "account.failed": [ring.ring],
    "account.gap_found": [ring.ring],
    "gateway.failed": [ring.ring],
    "webhook.failed": [ring.ring],
    "chat.ended": [bot.left, chats.serve_waiting],
    "bot.left": [bot.left, engine.route, timers.follow, chats.offer, waits.begin, engine.automate],
    "agent.presence": [chats.serve_waiting, giving.serve],
    "customer.placed": [weighing.on_customer],
    "customer.described": [search.index_described],
    "ticket.parted": [timers.follow],
    "ticket.held": [timers.follow],
    "ticket.resumed": [timers.follow],
    "ticket.released": [timers.follow, giving.give],
    "ticket.accepted": [timers.follow],
    "ticket.assessed": [timers.follow, engine.route],
    "ticket.tagged": [timers.follow],
    "ticket.untagged": [timers.follow],
    "ticket.given": [timers.follow],
    "message.crossed": [timers.follow],
    "ticket.routed": [weighing.on_described, timers.follow, waits.move],
    "rulebook.refused": [ring.ring],
    "rulebook.enabled": [waits.renew, stairs.follow, replan.begin],
    "hours.added": [replan.begin, waits.other_hours],
    "hours.changed": [replan.begin, waits.other_hours],
    "hours.archived": [replan.begin, waits.other_hours],
    "hours.restored": [replan.begin, waits.other_hours],
    "article.published": [answers.follow, edition.follow, gaps.follow, ring.ring],
    "desk.changed": [edition.follow],  # the name, the look and the ways to us stand on every kept page
    "article.imported": [edition.follow, gaps.follow],
    "article.withdrawn": [answers.follow, edition.follow, gaps.follow],
    "article.described": [answers.follow, edition.follow],
    "article.archived": [answers.follow, edition.follow, gaps.follow],
    "article.review_asked": [ring.ring],
    "article.sent_back": [ring.ring],
    "article.not_published": [ring.ring],
    "article.review_due": [ring.ring],
    "article.restored": [answers.follow, edition.follow],
    "article.remarked": [ring.ring],
    "article.file_added": [edition.follow],
    "article.file_dropped": [edition.follow],
    "section.added": [edition.follow],
    "section.changed": [edition.follow],
    "section.archived": [edition.follow],
    "section.restored": [edition.follow],
    "section.ordered": [edition.follow],
    "post.shown": [finding.follow, following.heard],
    "post.waiting": [finding.follow, ring.ring],
    "post.hidden": [finding.follow],
    "post.changed": [finding.follow],
    "post.deleted": [finding.follow],
    "post.refused": [finding.follow],
    "post.reported": [ring.ring],
    "topic.accepted": [finding.follow, following.heard],
    "topic.unaccepted": [finding.follow],
    "topic.merged": [finding.follow],
    "topic.moved": [finding.follow],
    "community.unanswered": [ring.ring],
    "space.changed": [finding.follow_space],
    "space.archived": [finding.follow_space],
    "space.restored": [finding.follow_space],
    "customer.asked_erasure": [ring.ring],
    "message.undelivered": [timers.follow],
    "message.under_way": [timers.follow],
    "delivery.stopped": [reaching.follow],
    "delivery.resent": [reaching.follow],
}

for _name in AUTOMATED_ON:
    SCORE.setdefault(_name, []).append(engine.automate)
for _name in TICKETS:  # other programs hear of it last
    SCORE.setdefault(_name, []).append(webhooks.follow)
for _name in ARTICLES:
    SCORE.setdefault(_name, []).append(article_news.follow)
