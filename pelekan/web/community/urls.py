"""Addresses of the community, below /community/."""

from __future__ import annotations

from django.urls import path

from pelekan.web.community import acting, reading, writing

_L = "<slug:language>/"

urlpatterns = [
    path("", reading.front, name="community"),
    path("sitemap.xml", reading.sitemap, name="community_sitemap"),
    path("files/<slug:token>/", writing.picture, name="community_picture"),
    path(_L, reading.home, name="community_home"),
    path(_L + "s/<str:slug>/", reading.space, name="community_space"),
    path(_L + "s/<str:slug>/feed/", reading.feed, name="community_feed"),
    path(_L + "s/<str:slug>/follow/", acting.follow_space, name="community_follow_space"),
    path(_L + "t/<int:pk>-<str:slug>/", reading.topic, name="community_topic"),
    path(_L + "t/<int:pk>/", reading.topic, {"slug": ""}, name="community_topic"),
    path(_L + "t/<int:pk>/answer/", writing.answer, name="community_answer"),
    path(_L + "t/<int:pk>/follow/", acting.follow_topic, name="community_follow_topic"),
    path(_L + "posts/<int:pk>/edit/", writing.edit, name="community_edit"),
    path(_L + "posts/<int:pk>/report/", acting.report, name="community_report"),
    path(_L + "posts/<int:pk>/history/", reading.history, name="community_history"),
    path(_L + "posts/<int:pk>/<slug:what>/", acting.act, name="community_act"),
    path(_L + "ask/", writing.ask, name="community_ask"),
    path(_L + "ask/similar/", writing.similar, name="community_similar"),
    path(_L + "upload/", writing.upload, name="community_upload"),
    path(_L + "search/", reading.search, name="community_search"),
    path(_L + "people/<int:pk>/", reading.person, name="community_person"),
    path(_L + "me/", acting.me, name="community_me"),
    path(_L + "enter/", reading.enter, name="community_enter"),
    path(_L + "off/<str:token>/", acting.off, name="community_off"),
]
