from django.urls import path

from clinic.institution import views

app_name = "institution"
urlpatterns = [
    path("settings/netrika/", views.netrika, name="netrika"),
]
