from django.apps import AppConfig


class SlaConfig(AppConfig):
    name = "pelekan.sla"
    label = "sla"

    def ready(self) -> None:
        from pelekan.tickets import rulebooks

        rulebooks.CHECKS["sla"] = "pelekan.sla.saying.faults"
