from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "pelekan.routing"
    label = "routing"
