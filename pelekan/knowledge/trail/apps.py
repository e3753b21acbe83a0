from django.apps import AppConfig


class TrailConfig(AppConfig):
    name = "pelekan.knowledge.trail"
    label = "trail"
