from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "pelekan.demo"
    label = "demo"
