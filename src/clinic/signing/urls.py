from django.urls import path

from clinic.signing import actions, desk, files, views

app_name = "signing"
urlpatterns = [
    path("patients/<int:patient_id>/sep/", views.tab, name="tab"),
    path("patients/<int:patient_id>/sep/send/", actions.send, name="send"),
    path("patients/<int:patient_id>/sep/receive/", actions.receive, name="receive"),
    path("patients/<int:patient_id>/sep/resend/", actions.resend, name="resend"),
    path("patients/<int:patient_id>/sep/remove/", actions.remove, name="remove"),
    path("patients/<int:patient_id>/sep/revoke/", actions.revoke, name="revoke"),
    path("patients/<int:patient_id>/sep/signer/", actions.signer, name="signer"),
    path("patients/<int:patient_id>/sep/file/", actions.file, name="file"),
    path("patients/<int:patient_id>/sep/view/", views.view_chosen, name="view_chosen"),
    path("patients/<int:patient_id>/sep/fix/", actions.fix, name="fix"),
    path("patients/<int:patient_id>/sep/withdraw/", actions.withdraw, name="withdraw"),
    path("patients/<int:patient_id>/sep/correct/", actions.correct, name="correct"),
    path("patients/<int:patient_id>/sep/desk/", desk.begin, name="desk"),
    path("sep/desk/<str:link_id>/", desk.state, name="desk_state"),
    path("sep/made/<str:id_document>.pdf", files.made_by_service, name="made_by_service"),
    path("sep/<str:document_id>/", views.viewer, name="viewer"),
    path("sep/<str:document_id>/document.pdf", files.document, name="document"),
    path("sep/<str:document_id>/original.pdf", files.original, name="original"),
    path("sep/<str:document_id>/protocol.pdf", files.protocol, name="protocol"),
]
