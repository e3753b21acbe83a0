"""Addresses of the help centre."""

from __future__ import annotations

from django.urls import path, register_converter

from pelekan.web.help import articles, contact, feeds, files, home, maps, saying, searching
from pelekan.web.help.addresses import LANGUAGES
from pelekan.web.insights import privacy


class LanguageInAddress:
    regex = "|".join(LANGUAGES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value if value in LANGUAGES else "en"


class WayInAddress:
    """Choices in a troubleshooting tree: "2-1-3"."""

    regex = "[1-9][0-9]?(?:-[1-9][0-9]?)*"

    def to_python(self, value: str) -> tuple[int, ...]:
        return tuple(int(number) for number in value.split("-"))

    def to_url(self, value: tuple[int, ...]) -> str:
        return "-".join(map(str, value))


register_converter(LanguageInAddress, "language")
register_converter(WayInAddress, "way")

urlpatterns = [
    path("help/", home.choose, name="help"),
    path("help/files/<int:pk>/<str:name>", files.show, name="help_file"),
    path("help/<language:language>/", home.home, name="help_home"),
    path("help/<language:language>/s/<str:slug>/", home.section, name="help_section"),
    path("help/<language:language>/news/", home.news, name="help_news"),
    path("help/<language:language>/news.atom", feeds.news, name="help_feed"),
    path("help/<language:language>/s/<str:slug>/news.atom", feeds.news, name="help_section_feed"),
    path("help/<language:language>/contact/", contact.contact, name="help_contact"),
    path("help/<language:language>/privacy/", privacy.privacy, name="help_privacy"),
    path("help/<language:language>/search/", searching.search, name="help_search"),
    path("help/<language:language>/suggest/", searching.suggest, name="help_suggest"),
    path("help/<language:language>/go/<int:pk>/", searching.go, name="help_go"),
    path("help/<language:language>/a/<int:pk>/", articles.short, name="help_short"),
    path("help/<language:language>/a/<int:pk>/said/", saying.said, name="help_said"),
    path("help/<language:language>/a/<int:pk>-<str:slug>/", articles.show, name="help_article"),
    path("help/<language:language>/a/<int:pk>-<str:slug>/at/<way:way>/", articles.show, name="help_node"),
    path("sitemap.xml", maps.sitemap, name="sitemap"),
    path("sitemap-<int:number>.xml", maps.part, name="sitemap_part"),
    path("robots.txt", maps.robots, name="robots"),
]
