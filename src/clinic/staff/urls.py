from django.urls import path

from clinic.staff import views

app_name = "staff"
urlpatterns = [
    path("staff/", views.listed, name="list"),
    path("staff/new/", views.new, name="new"),
    path("staff/<int:user_id>/", views.edit, name="edit"),
]
