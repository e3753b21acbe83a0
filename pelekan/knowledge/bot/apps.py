from django.apps import AppConfig


class BotConfig(AppConfig):
    name = "pelekan.knowledge.bot"
    label = "bot"

    def ready(self) -> None:
        from pelekan.tickets import rulebooks

        rulebooks.CHECKS["bot"] = "pelekan.knowledge.bot.linting.faults"
