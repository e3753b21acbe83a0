"""Addresses of the knowledge base at the desk, below /desk/knowledge/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from pelekan.web.knowledge import (
    about,
    acts,
    bringing,
    carrying,
    editor,
    groups,
    history,
    links,
    listing,
    shelves,
    tree_words,
)

_E = "<int:pk>/<slug:language>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", listing.articles, name="knowledge"),
    path("new/", editor.new, name="knowledge_new"),
    path("links/", links.articles, name="knowledge_links"),
    path("tree/", tree_words.check, name="knowledge_tree"),
    path("sections/", shelves.sections, name="knowledge_sections"),
    path("sections/new/", shelves.new, name="knowledge_section_new"),
    path("sections/order/", shelves.order, name="knowledge_sections_order"),
    path("sections/<int:pk>/", shelves.section, name="knowledge_section"),
    path("sections/<int:pk>/<slug:what>/", shelves.act, name="knowledge_section_act"),
    path("groups/", groups.all_groups, name="knowledge_groups"),
    path("groups/new/", groups.new, name="knowledge_group_new"),
    path("groups/<int:pk>/", groups.group, name="knowledge_group"),
    path("groups/<int:pk>/<slug:what>/", groups.act, name="knowledge_group_act"),
    path("files/", carrying.carry, name="knowledge_carry"),
    path("files/imports/<int:pk>/", bringing.one, name="knowledge_import"),
    path("files/imports/<int:pk>/stop/", bringing.stop, name="knowledge_import_stop"),
    path("files/<slug:how>/", carrying.export, name="knowledge_export"),
    path("publishers/", carrying.publishers, name="knowledge_publishers"),
    path("<int:pk>/", editor.article, name="knowledge_article"),
    path("<int:pk>/about/", about.about, name="knowledge_about"),
    path("<int:pk>/about/<slug:what>/", acts.put, name="knowledge_put"),
    path("<int:pk>/files/", about.add_file, name="knowledge_file_add"),
    path("<int:pk>/files/<int:file>/drop/", about.drop_file, name="knowledge_file_drop"),
    path("<int:pk>/picture/", links.picture, name="knowledge_picture"),
    path(_E, editor.edit, name="knowledge_edit"),
    path(_E + "keep/", editor.keep, name="knowledge_keep"),
    path(_E + "forget/", editor.forget, name="knowledge_forget"),
    path(_E + "preview/", history.preview, name="knowledge_preview"),
    path(_E + "history/", history.history, name="knowledge_history"),
    path(_E + "history/<int:number>/back/", acts.go_back, name="knowledge_go_back"),
    path(_E + "act/<slug:what>/", acts.act, name="knowledge_act"),
]
