from django.urls import path

from clinic.visits.views import appointments, of_patient, orders, services

app_name = "visits"
urlpatterns = [
    path("appointments/", appointments.listed, name="appointments"),
    path("appointments/new/", appointments.new, name="new_appointment"),
    path("appointments/<int:appointment_id>/", appointments.edit, name="appointment"),
    path("appointments/found-patients/", appointments.found_patients, name="found_patients"),
    path("paid-orders/", orders.listed, name="orders"),
    path("paid-orders/new/", orders.new, name="new_order"),
    path("paid-orders/<int:order_id>/", orders.edit, name="order"),
    path("paid-orders/found-services/", orders.found_services, name="found_services"),
    path("services/", services.listed, name="services"),
    path("services/new/", services.new, name="new_service"),
    path("services/<int:service_id>/", services.edit, name="service"),
    path("services/import/", services.import_file, name="import_services"),
    path("patients/<int:patient_id>/visits/", of_patient.of_patient, name="of_patient"),
]
