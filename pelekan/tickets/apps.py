from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "pelekan.tickets"
    label = "tickets"
