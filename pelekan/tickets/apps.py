from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "pelekan.tickets"
    label = "tickets"

    def ready(self) -> None:
        from pelekan.tickets.rulebooks import CHECKS

        CHECKS["priority"] = "pelekan.tickets.shaping.grids.faults"
        CHECKS["frustration"] = "pelekan.tickets.frustration.watching.faults"
        CHECKS["staircase"] = "pelekan.tickets.rulebooks.stairs.check"
