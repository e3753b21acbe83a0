"""Addresses that only the demo has."""

from __future__ import annotations

from django.urls import path

from pelekan.demo import post

urlpatterns = [
    path("post/", post.box, name="demo_post"),
    path("post/send/", post.send, name="demo_post_send"),
    path("post/<slug:name>/html/", post.html, name="demo_post_html"),
]
