"""The pages of the workplace, below `/clinic/`."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("clinic.staff.account_urls")),
    path("", include("clinic.home.urls")),
    path("", include("clinic.institution.urls")),
    path("", include("clinic.staff.urls")),
    path("", include("clinic.patients.urls")),
    path("", include("clinic.visits.urls")),
    path("", include("clinic.forms.urls")),
    path("", include("clinic.signing.urls")),
]
