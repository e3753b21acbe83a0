from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "pelekan.channels"
    label = "channels"
