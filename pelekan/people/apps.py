from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "pelekan.people"
    label = "people"
