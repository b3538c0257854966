"""Where MAX comes in."""

from django.urls import path

from sep.maxbot import miniapp, webhook

urlpatterns = [
    path("max/webhook/<str:key>", webhook.webhook, name="max-webhook"),
    path("max/app/<slug:username>", miniapp.launch, name="max-app"),
    path("max/app/<slug:username>/start", miniapp.start, name="max-app-start"),
    path("max/app/<slug:username>/phone", miniapp.phone, name="max-app-phone"),
    path("max/app/<slug:username>/open", miniapp.open_package, name="max-app-open"),
]
