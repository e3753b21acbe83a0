from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "pelekan.knowledge"
    label = "knowledge"
