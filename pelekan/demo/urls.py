"""Addresses that only the demo has."""

from __future__ import annotations

from django.urls import path

from pelekan.demo import phones, post, warehouse

urlpatterns = [
    path("post/", post.box, name="demo_post"),
    path("post/send/", post.send, name="demo_post_send"),
    path("phones/", phones.phone, name="demo_phones"),
    path("phones/write/", phones.write, name="demo_phones_write"),
    path("phones/gateway/", phones.gateway, name="demo_phones_gateway"),
    path("warehouse/", warehouse.hear, name="demo_warehouse"),
    path("post/<slug:name>/html/", post.html, name="demo_post_html"),
]
