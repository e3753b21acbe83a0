from django.apps import AppConfig


class CommunityConfig(AppConfig):
    name = "pelekan.knowledge.community"
    label = "community"

    def ready(self) -> None:
        from pelekan.knowledge.community.finding import register

        register()
