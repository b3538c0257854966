from django.urls import path

from clinic.forms.views import card, listing, printing

app_name = "forms"
urlpatterns = [
    path("print-forms/", listing.listed, name="list"),
    path("print-forms/install/", listing.install, name="install"),
    path("print-forms/new/", card.new, name="new"),
    path("print-forms/faults/", card.faults, name="faults"),
    path("print-forms/preview.pdf", card.preview, name="preview"),
    path("print-forms/<int:form_id>/", card.card, name="card"),
    path("print-forms/<int:form_id>/copy/", card.copy, name="copy"),
    path("print-forms/<int:form_id>/versions/<int:number>.pdf", card.version, name="version"),
    path("print-forms/<int:form_id>/versions/<int:number>/restore/", card.restore, name="restore"),
    path("print/<str:object>/<int:pk>/", printing.choose, name="choose"),
    path("print/<str:object>/<int:pk>/look.pdf", printing.look, name="look"),
    path(
        "patients/<int:patient_id>/agreements/<int:representative_id>/print/",
        printing.agreement,
        name="agreement",
    ),
    path("printings/<str:token>/", printing.done, name="done"),
    path("printings/<str:token>.pdf", printing.paper, name="paper"),
    path("printed/<int:printed_id>.pdf", printing.printed, name="printed"),
    path("patients/<int:patient_id>/printed/", printing.of_patient, name="of_patient"),
]
