from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "pelekan.routing"
    label = "routing"

    def ready(self) -> None:
        from pelekan.tickets.rulebooks import CHECKS

        CHECKS.update(
            routing="pelekan.routing.words.check_routing",
            automations="pelekan.routing.words.check_automations",
            assignment="pelekan.routing.words.check_assignment",
        )
