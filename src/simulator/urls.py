"""Mounted by the service at /phone/."""

from django.urls import include, path

from simulator import bridge, smsc, views

app_name = "simulator"
urlpatterns = [
    path("", views.phone, name="phone"),
    path("feed", views.feed, name="feed"),
    path("api/messages", views.messages, name="messages"),
    path("api/behaviour", views.behaviour, name="behaviour"),
    path("smsc/sys/send.php", smsc.send, name="smsc-send"),
    path("smsc/sys/status.php", smsc.status, name="smsc-status"),
    path("max/bridge.js", bridge.script, name="max-bridge"),
    path("", include("simulator.max.urls")),
]
