"""Where each door is."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from sep.api.v1 import api
from sep.config import health, pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.landing, name="landing"),
    path("language", pages.language, name="language"),
    path("", include("sep.ceremony.pages.urls")),
    path("", include("sep.verify.urls")),
    path("", include("sep.maxbot.urls")),
    path("", include("sep.cabinet.urls")),
    path("", include("sep.external_cabinet.urls")),
    path("sep/api/v1/", api.urls),
    path("", include("sep.delivery.views")),
    path("clinic/", include("clinic.urls")),
    path("healthz", health.alive),
    path("readyz", health.ready),
]

if settings.ENVIRONMENT.metrics:
    urlpatterns.append(path("metrics", health.metrics))

if settings.ENVIRONMENT.simulator:
    urlpatterns.append(path("phone/", include("simulator.urls")))

handler403 = pages.forbidden
handler404 = pages.not_found
handler500 = pages.server_error
