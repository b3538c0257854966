"""Addresses of the cabinet."""

from django.urls import path

from sep.cabinet import views
from sep.ceremony.pages.converters import register

register()

urlpatterns = [
    path("cabinet/", views.home, name="cabinet"),
    path("cabinet/enter", views.enter, name="cabinet-enter"),
    path("cabinet/enter/code", views.code, name="cabinet-code"),
    path("cabinet/enter/birth-date", views.birth_date, name="cabinet-birth-date"),
    path("cabinet/devices", views.devices, name="cabinet-devices"),
    path("cabinet/notices/on", views.subscribe, name="cabinet-subscribe"),
    path("cabinet/notices/off", views.unsubscribe, name="cabinet-unsubscribe"),
    path("cabinet/leave", views.leave, name="cabinet-leave"),
    path("cabinet/offline", views.offline, name="cabinet-offline"),
    path("cabinet/manifest.webmanifest", views.manifest, name="cabinet-manifest"),
    path("cabinet/worker.js", views.service_worker, name="cabinet-worker"),
    path("cabinet/documents/<ulid:document_id>/", views.document, name="cabinet-document"),
    path("cabinet/documents/<ulid:document_id>/sign", views.sign, name="cabinet-sign"),
    path("cabinet/documents/<ulid:document_id>/withdraw", views.withdraw, name="cabinet-withdraw"),
    path("cabinet/documents/<ulid:document_id>/file.pdf", views.original_file, name="cabinet-file"),
    path("cabinet/documents/<ulid:document_id>/signed.pdf", views.signed_file, name="cabinet-signed-file"),
    path("cabinet/documents/<ulid:document_id>/protocol.pdf", views.protocol_file, name="cabinet-protocol"),
]
