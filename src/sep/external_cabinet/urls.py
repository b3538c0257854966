"""Where cabinets of others come in."""

from django.urls import path

from sep.external_cabinet import views

urlpatterns = [
    path("external-cabinet/v1/documents", views.documents, name="external-cabinet-documents"),
    path("external-cabinet/v1/visits", views.begin, name="external-cabinet-visits"),
    path("external-cabinet/open/<str:token>", views.open_once, name="external-cabinet-open"),
]
