"""Addresses of insights, below /desk/insights/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from pelekan.web.deflection import insights as answers
from pelekan.web.insights import again, articles, gap, questions, solved, visit, visits

urlpatterns: list[URLPattern | URLResolver] = [
    path("", visits.overview, name="insights"),
    path("visits/", visits.rows, name="insights_visits"),
    path("visits/<int:pk>/", visit.one, name="insights_visit"),
    path("questions/", questions.overview, name="insights_questions"),
    path("questions/<int:pk>/", questions.topic, name="insights_topic"),
    path("articles/", articles.overview, name="insights_articles"),
    path("articles/<int:pk>/", articles.article, name="insights_article"),
    path("gaps/", gap.overview, name="insights_gaps"),
    path("gaps/<slug:of>/<int:pk>/", gap.one, name="insights_gap"),
    path("gaps/<slug:of>/<int:pk>/undo/<int:decided>/", gap.undo, name="insights_gap_undo"),
    path("solved/", solved.overview, name="insights_solved"),
    path("again/", again.overview, name="insights_again"),
    path("again/contacts/", again.rows, name="insights_again_rows"),
    path("repeated/", answers.repeated_answers, name="insights_repeated"),
    path("repeated/<int:pk>/", answers.make_of_repeated, name="insights_repeated_make"),
    path("coverage/", answers.coverage_page, name="insights_coverage"),
    path("coverage/marks/<int:pk>/settle/", answers.settle_mark, name="insights_mark_settle"),
]
