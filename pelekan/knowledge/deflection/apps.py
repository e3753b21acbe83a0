from django.apps import AppConfig


class DeflectionConfig(AppConfig):
    name = "pelekan.knowledge.deflection"
    label = "deflection"
