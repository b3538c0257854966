"""The signer's addresses. Only the first holds a secret, and it answers with a redirect away from itself."""

from django.urls import path

from sep.ceremony.pages import arrival, reading, signing
from sep.ceremony.pages.converters import register

register()


urlpatterns = [
    path("s/<str:token>", arrival.link, name="link"),
    path("sign/", arrival.whither, name="sign"),
    path("sign/identity", arrival.identity, name="sign-identity"),
    path("sign/identity/wrong", arrival.identity_wrong, name="sign-identity-wrong"),
    path("sign/leave", arrival.leave, name="sign-leave"),
    path("sign/left", arrival.left, name="sign-left"),
    path("sign/documents/", arrival.documents, name="sign-documents"),
    path("sign/documents/<ulid:document_id>/", reading.document, name="sign-document"),
    path("sign/documents/<ulid:document_id>/text", reading.large_text, name="sign-text"),
    path(
        "sign/documents/<ulid:document_id>/pages/<int:number>.webp",
        reading.page_image,
        name="sign-page",
    ),
    path("sign/documents/<ulid:document_id>/file.pdf", reading.original_file, name="sign-file"),
    path("sign/files/<str:ticket>", reading.file_by_ticket, name="sign-ticket"),
    path("sign/documents/<ulid:document_id>/read", reading.read_to_end, name="sign-read"),
    path("sign/documents/<ulid:document_id>/intent", signing.intent, name="sign-intent"),
    path("sign/not-me", arrival.not_me, name="sign-not-me"),
    path("sign/documents/<ulid:document_id>/questions", signing.understood, name="sign-understanding"),
    path(
        "sign/documents/<ulid:document_id>/questions/on",
        signing.after_understanding,
        name="sign-understanding-on",
    ),
    path("sign/documents/<ulid:document_id>/withdraw", signing.withdraw, name="sign-withdraw"),
    path("sign/documents/<ulid:document_id>/code", signing.code, name="sign-code"),
    path("sign/documents/<ulid:document_id>/code/again", signing.code_again, name="sign-code-again"),
    path("sign/documents/<ulid:document_id>/decline", signing.decline, name="sign-decline"),
    path("sign/documents/<ulid:document_id>/signed", signing.signed, name="sign-signed"),
    path("sign/documents/<ulid:document_id>/signed.pdf", reading.signed_file, name="sign-signed-file"),
    path("sign/documents/<ulid:document_id>/protocol.pdf", reading.protocol_file, name="sign-protocol"),
    path(
        "sign/documents/<ulid:document_id>/signed/pages/<int:number>.webp",
        reading.signed_page_image,
        name="sign-signed-page",
    ),
]
