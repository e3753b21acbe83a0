from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "pelekan.web"
    label = "web"
