from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "pelekan.api"
    label = "api"
