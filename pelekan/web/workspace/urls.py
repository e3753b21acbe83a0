"""Addresses of the workspace."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from pelekan.web.admin import conditions
from pelekan.web.workspace import (
    acts,
    alarm,
    bell,
    calling,
    chats,
    compose,
    enclosed,
    inbox,
    joining,
    live,
    mail,
    moves,
    page,
    people,
    profile,
    register,
    searching,
)  # fmt: skip

_T = "tickets/<int:pk>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", inbox.desk, name="desk"),
    path("list/<slug:slug>/", inbox.inbox, name="desk_list"),
    path("list/<slug:slug>/rows/", inbox.rows, name="desk_rows"),
    path("list/<slug:slug>/rows/<int:pk>/", inbox.one_row, name="desk_row"),
    path("list/<slug:slug>/order/", inbox.order, name="desk_order"),
    path("counts/", inbox.counts, name="desk_counts"),
    path("alarm/", alarm.line, name="desk_alarm"),
    path("live-ticket/", live.live_ticket, name="desk_live_ticket"),
    path(_T, page.ticket, name="desk_ticket"),
    path(_T + "head/", page.head_part, name="desk_head"),
    path(_T + "lines/", page.lines, name="desk_lines"),
    path(_T + "beside/", page.beside_part, name="desk_beside"),
    path(_T + "send/", compose.send, name="desk_send"),
    path(_T + "draft/", compose.draft, name="desk_draft"),
    path(_T + "read/", compose.read, name="desk_read"),
    path("undo/<int:pk>/", compose.undo, name="desk_undo"),
    path("saved/", compose.saved, name="desk_saved"),
    path("saved/<int:pk>/used/", compose.used, name="desk_saved_used"),
    *(
        path(f"{_T}{name.replace('_', '-')}/", getattr(acts, name), name=f"desk_{name}")
        for name in (
            "take", "assign", "release", "escalate", "hand_over", "wait", "hold", "resume", "solve", "reopen",
            "close", "rename", "categorise", "assess", "confirm", "tag", "untag", "accept", "transfer", "end_chat", "end_links",
        )
    ),
    path(_T + "messages/<int:message>/release/", acts.release_message, name="desk_release_message"),
    path(_T + "messages/<int:message>/resend/", acts.resend_message, name="desk_resend_message"),
    path(_T + "messages/<int:message>/stop/", acts.stop_message, name="desk_stop_message"),
    path(_T + "messages/<int:message>/give/", acts.give_to_sender, name="desk_give_to_sender"),
    path(_T + "messages/<int:message>/split/", joining.split, name="desk_split"),
    path(_T + "join/", joining.join, name="desk_join"),
    path(_T + "unjoin/", joining.unjoin, name="desk_unjoin"),
    path(_T + "not-this/", joining.refuse_hint, name="desk_refuse_hint"),
    path(_T + "unmark/<int:mark>/", acts.unmark, name="desk_unmark"),
    path(_T + "dialogs/<slug:name>/", moves.dialog, name="desk_dialog"),
    path(_T + "register/", register.register, name="desk_register"),
    path(_T + "customer/", people.customer, name="desk_customer"),
    path(_T + "customer/notes/", people.notes, name="desk_customer_notes"),
    path(_T + "chat/", chats.pane, name="desk_chat_pane"),
    path(_T + "calls/", calling.part, name="desk_calls_of"),
    path(_T + "calls/ask/", calling.ask, name="desk_call_ask"),
    path("calls/", calling.board, name="desk_calls"),
    path("calls/<int:pk>/done/", calling.done, name="desk_call_done"),
    path("calls/<int:pk>/drop/", calling.drop, name="desk_call_drop"),
    path("chats/", chats.board, name="desk_chats"),
    path("chats/queue/", chats.queue, name="desk_chat_queue"),
    path("presence/", chats.presence, name="desk_presence"),
    path("here/", chats.here, name="desk_here"),
    path("search/", searching.search, name="desk_search"),
    path("me/", profile.profile, name="profile"),
    path("me/notices/", bell.choice, name="desk_bell_choice"),
    path("bell/", bell.bell, name="desk_bell"),
    path("bell/news/", bell.news, name="desk_bell_news"),
    path("bell/read/", bell.read, name="desk_bell_read"),
    path(_T + "colleagues/", bell.colleagues, name="desk_colleagues"),
    path("condition/", conditions.renew, name="desk_condition"),
    path("me/look/", profile.look, name="desk_look"),
    path("messages/<int:pk>/html/", mail.html, name="desk_message_html"),
    path("enclosed/<str:token>/", enclosed.mail, name="desk_enclosed"),
    path("enclosed/<str:token>/<int:number>/", enclosed.file, name="desk_enclosed_file"),
    path("messages/<int:pk>/raw/", mail.raw, name="desk_message_raw"),
]  # fmt: skip
