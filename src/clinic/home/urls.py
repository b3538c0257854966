from django.urls import path

from clinic.home import views

app_name = "home"
urlpatterns = [
    path("", views.today, name="today"),
    path("today/handled/", views.handled, name="handled"),
]
