"""Addresses of files."""

from __future__ import annotations

from django.urls import path

from pelekan.web.files import views

urlpatterns = [
    path("upload/", views.upload, name="upload"),
    path("<str:token>/remove/", views.remove_unsent, name="upload_remove"),
    path("<str:token>/thumb/", views.thumb, name="thumb"),
    path("<str:token>/<str:name>", views.download, name="file"),
]
