from django.urls import path

from clinic.forms import views

app_name = "forms"
urlpatterns = [
    path("print-forms/", views.listed, name="list"),
]
