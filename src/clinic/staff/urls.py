from django.urls import path

from clinic.staff import views

app_name = "staff"
urlpatterns = [
    path("staff/", views.listed, name="list"),
]
