from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "pelekan.knowledge.search"
    label = "search"
