from django.apps import AppConfig


class CommunityConfig(AppConfig):
    name = "pelekan.knowledge.community"
    label = "community"
