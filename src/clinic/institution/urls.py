from django.urls import path

from clinic.institution import views

app_name = "institution"
urlpatterns = [
    path("settings/requisites/", views.requisites, name="requisites"),
    path("settings/netrika/", views.netrika, name="netrika"),
    path("settings/netrika/connection/", views.connection_state, name="connection_state"),
]
