from django.urls import path

from clinic.visits import views

app_name = "visits"
urlpatterns = [
    path("appointments/", views.appointments, name="appointments"),
    path("paid-orders/", views.orders, name="orders"),
    path("services/", views.services, name="services"),
]
