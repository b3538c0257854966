"""The signer's addresses. Only the first holds a secret, and it answers with a redirect away from itself."""

from django.urls import path

from sep.ceremony import views

urlpatterns = [
    path("s/<str:token>", views.link, name="link"),
    path("sign/", views.whither, name="sign"),
    path("sign/identity", views.identity, name="sign-identity"),
    path("sign/identity/wrong", views.identity_wrong, name="sign-identity-wrong"),
    path("sign/leave", views.leave, name="sign-leave"),
    path("sign/left", views.left, name="sign-left"),
    path("sign/documents/", views.documents, name="sign-documents"),
    path("sign/documents/<str:document_id>/", views.document, name="sign-document"),
    path("sign/documents/<str:document_id>/text", views.large_text, name="sign-text"),
    path("sign/documents/<str:document_id>/pages/<int:number>.webp", views.page_image, name="sign-page"),
    path("sign/documents/<str:document_id>/file.pdf", views.original_file, name="sign-file"),
    path("sign/documents/<str:document_id>/read", views.read_to_end, name="sign-read"),
    path("sign/documents/<str:document_id>/intent", views.intent, name="sign-intent"),
    path("sign/documents/<str:document_id>/code", views.code, name="sign-code"),
    path("sign/documents/<str:document_id>/code/again", views.code_again, name="sign-code-again"),
    path("sign/documents/<str:document_id>/decline", views.decline, name="sign-decline"),
    path("sign/documents/<str:document_id>/signed", views.signed, name="sign-signed"),
    path("sign/documents/<str:document_id>/signed.pdf", views.signed_file, name="sign-signed-file"),
    path(
        "sign/documents/<str:document_id>/signed/pages/<int:number>.webp",
        views.signed_page_image,
        name="sign-signed-page",
    ),
]
