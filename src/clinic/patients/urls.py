from django.urls import path

from clinic.patients import views

app_name = "patients"
urlpatterns = [
    path("patients/", views.listed, name="list"),
    path("patients/<int:patient_id>/", views.card, name="card"),
]
