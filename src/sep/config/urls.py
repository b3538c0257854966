"""Where each door is."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from sep.api.v1 import api
from sep.config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("sep/api/v1/", api.urls),
    path("", include("sep.delivery.views")),
    path("healthz", health.alive),
    path("readyz", health.ready),
]

if settings.ENVIRONMENT.metrics:
    urlpatterns.append(path("metrics", health.metrics))

if settings.ENVIRONMENT.simulator:
    urlpatterns.append(path("phone/", include("simulator.urls")))
