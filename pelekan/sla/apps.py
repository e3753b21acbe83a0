from django.apps import AppConfig


class SlaConfig(AppConfig):
    name = "pelekan.sla"
    label = "sla"
