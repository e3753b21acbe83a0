"""Addresses of the portal."""

from __future__ import annotations

from django.urls import path

from pelekan.web.portal import (
    entrance,
    guests,
    keys,
    mydata,
    notices,
    open_form,
    passwords,
    profile,
    promise,
    requests,
    steps,
)

urlpatterns = [
    path("", requests.home, name="portal_home"),
    path("sign-in/", entrance.sign_in, name="portal_sign_in"),
    path("sign-in/code/", entrance.code, name="portal_code"),
    path("sign-in/password/", passwords.sign_in, name="portal_sign_in_password"),
    path("sign-in/passkey/", keys.ask, name="portal_passkey_ask"),
    path("sign-in/passkey/enter/", keys.enter, name="portal_passkey_enter"),
    path("sign-in/link/<str:link>/", entrance.link, name="portal_link"),
    path("sign-out/", entrance.sign_out, name="portal_sign_out"),
    path("live/", requests.live_ticket, name="portal_live"),
    path("requests/new/", open_form.either, name="portal_new"),
    path("requests/ask/", open_form.new, name="portal_ask"),
    path("requests/new/promise/", promise.promise, name="portal_promise"),
    path("requests/<int:number>/", requests.show, name="portal_request"),
    path("requests/<int:number>/answer/", requests.answer, name="portal_answer"),
    path("requests/<int:number>/who-sees/", requests.who_sees, name="portal_who_sees"),
    path("requests/<int:number>/settle/", requests.settle, name="portal_settle"),
    path("requests/<int:number>/answers/<int:message>/", requests.rate_answer, name="portal_rate_answer"),
    path("profile/", profile.profile, name="portal_profile"),
    path("profile/addresses/", profile.add_address, name="portal_address"),
    path("profile/addresses/remove/", profile.remove_address, name="portal_address_remove"),
    path("profile/confirm/", passwords.confirm, name="portal_confirm"),
    path("profile/my-data/", mydata.ask, name="portal_my_data"),
    path("profile/my-data/file/", mydata.fetch, name="portal_my_data_file"),
    path("profile/password/", passwords.choose, name="portal_password"),
    path("profile/passkeys/begin/", keys.begin, name="portal_passkey_begin"),
    path("profile/passkeys/add/", keys.add, name="portal_passkey_add"),
    path("profile/passkeys/remove/", keys.remove, name="portal_passkey_remove"),
    path("profile/sign-out-everywhere/", profile.sign_out_everywhere, name="portal_sign_out_everywhere"),
    path("profile/notices/", notices.choose, name="portal_notices"),
    path("rate/<str:token>/", notices.rate, name="portal_rate"),
    path("solved/<str:token>/", notices.solved, name="portal_solved"),
    path("steps/<str:token>/", steps.steps, name="portal_steps"),
    path("notices/off/<str:token>/", notices.off, name="portal_notices_off"),
    path("g/<str:secret>/", guests.door, name="portal_guest_door"),
    path("guest/<int:ticket_id>/", guests.show, name="portal_guest"),
    path("guest/<int:ticket_id>/answer/", guests.answer, name="portal_guest_answer"),
    path("guest/<int:ticket_id>/live/", guests.live_ticket, name="portal_guest_live"),
]
