"""Addresses of the widget. `<key>` is the inbox's public key; it opens nothing but its own front door."""

from __future__ import annotations

from django.urls import path

from pelekan.web.widget import api, asking, guiding, helping, views

urlpatterns = [
    path("parts/<str:version>/<str:name>", views.part, name="widget-part"),
    path("<str:key>.js", views.loader, name="widget-loader"),
    path("<str:key>/frame/", views.frame, name="widget-frame"),
    path("<str:key>/hello", api.hello, name="widget-hello"),
    path("<str:key>/messages", api.messages, name="widget-messages"),
    path("<str:key>/send", api.send, name="widget-send"),
    path("<str:key>/read", api.read, name="widget-read"),
    path("<str:key>/page", api.page, name="widget-page"),
    path("<str:key>/steps", guiding.steps, name="widget-steps"),
    path("<str:key>/files", asking.upload, name="widget-upload"),
    path("<str:key>/files/<str:token>", asking.download, name="widget-file"),
    path("<str:key>/requests", asking.leave, name="widget-leave"),
    path("<str:key>/reports", asking.report, name="widget-report"),
    path("<str:key>/departments", helping.departments, name="widget-departments"),
    path("<str:key>/register", asking.register, name="widget-register"),
    path("<str:key>/answers", helping.answers, name="widget-answers"),
    path("<str:key>/answers/article", helping.answer, name="widget-answer"),
    path("<str:key>/answers/solved", helping.solved, name="widget-answer-solved"),
    path("<str:key>/end", asking.end, name="widget-end"),
    path("<str:key>/solved", asking.solved, name="widget-solved"),
    path("<str:key>/contact", asking.contact, name="widget-contact"),
    path("<str:key>/forget", asking.leave_browser, name="widget-forget"),
]
