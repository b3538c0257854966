from django.urls import path

from clinic.patients.views import agreements, belongings, cards, searching

app_name = "patients"
urlpatterns = [
    path("patients/", searching.listed, name="list"),
    path("patients/new/", cards.new, name="new"),
    path("patients/<int:patient_id>/", cards.card, name="card"),
    path("patients/<int:patient_id>/agreements/", agreements.listed, name="agreements"),
    path("patients/<int:patient_id>/agreements/<int:representative_id>/", agreements.write, name="agreement"),
    path(
        "patients/<int:patient_id>/agreements/<int:representative_id>/code/",
        agreements.code,
        name="agreement_code",
    ),
    path(
        "patients/<int:patient_id>/agreements/<int:representative_id>/end/",
        agreements.end,
        name="agreement_end",
    ),
]
for kind in belongings.KINDS:
    of_kind = f"patients/<int:patient_id>/{kind.key}/"
    urlpatterns += [
        path(f"{of_kind}new/", belongings.edit, {"kind": kind}, name=f"new_{kind.key}"),
        path(f"{of_kind}<int:row_id>/", belongings.edit, {"kind": kind}, name=f"edit_{kind.key}"),
        path(f"{of_kind}<int:row_id>/delete/", belongings.delete, {"kind": kind}, name=f"delete_{kind.key}"),
    ]
