"""All addresses: customers first, then the desk, the widget, files, webhooks and the API."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

from pelekan.web import brand, front
from pelekan.web.admin import start
from pelekan.web.bot import results
from pelekan.web.deflection import composing
from pelekan.web.help import remarks
from pelekan.web.insights import beacon
from pelekan.web.portal import guests

urlpatterns = [
    path("", front.home, name="home"),
    path("health/", front.health, name="health"),
    path("health/workers/", front.health_of_work, name="health_of_work"),
    path("language/", front.language, name="language"),
    path("s/<str:secret>", guests.short_door, name="short_link"),
    path("c/<str:token>", composing.opened, name="card"),
    path("brand/<str:colour>.css", brand.look, name="brand_look"),
    path("brand/<str:mark>/logo", brand.logo, name="brand_logo"),
    path("hooks/", include("pelekan.web.hooks.urls")),
    path("help/steps/", beacon.tell, name="help_steps"),  # before the help centre's own
    path("", include("pelekan.web.help.urls")),
    path("portal/", include("pelekan.web.portal.urls")),
    path("community/", include("pelekan.web.community.urls")),
    path("desk/insights/", include("pelekan.web.insights.urls")),
    path("desk/settings/", include("pelekan.web.admin.urls")),
    path("setup/", start.begin, name="setup"),
    path("desk/knowledge/remarks/", remarks.remarks, name="desk_remarks"),
    path("desk/knowledge/remarks/<int:pk>/", remarks.settle, name="desk_remark"),
    path("desk/knowledge/", include("pelekan.web.knowledge.urls")),
    path("desk/", include("pelekan.web.customers.urls")),
    path("desk/", include("pelekan.web.workspace.urls")),
    path("widget/", include("pelekan.web.widget.urls")),
    path("answers/", include("pelekan.web.deflection.urls")),
    path("bot/", include("pelekan.web.bot.urls")),
    path("desk/insights/bot/", results.page, name="insights_bot"),
    path("files/", include("pelekan.web.files.urls")),
    path("accounts/", include("pelekan.web.accounts.urls")),
    path("api/v1/", include("pelekan.api.v1.urls")),
]

if settings.CONFIG.demo:  # the customers' post office, only in the demo
    urlpatterns.append(path("demo/", include("pelekan.demo.urls")))

handler400 = "pelekan.web.errors.bad_request"
handler403 = "pelekan.web.errors.forbidden"
handler404 = "pelekan.web.errors.not_found"
handler500 = "pelekan.web.errors.broken"
