"""The signer's addresses. Only the first holds a secret, and it answers with a redirect away from itself."""

from django.urls import path, register_converter

from sep.ceremony import pages_reading, pages_signing, views


class UlidConverter:
    """The id of a document; anything of another shape is no address at all."""

    regex = "[0-9A-HJKMNP-TV-Z]{26}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(UlidConverter, "ulid")

urlpatterns = [
    path("s/<str:token>", views.link, name="link"),
    path("sign/", views.whither, name="sign"),
    path("sign/identity", views.identity, name="sign-identity"),
    path("sign/identity/wrong", views.identity_wrong, name="sign-identity-wrong"),
    path("sign/leave", views.leave, name="sign-leave"),
    path("sign/left", views.left, name="sign-left"),
    path("sign/documents/", views.documents, name="sign-documents"),
    path("sign/documents/<ulid:document_id>/", pages_reading.document, name="sign-document"),
    path("sign/documents/<ulid:document_id>/text", pages_reading.large_text, name="sign-text"),
    path(
        "sign/documents/<ulid:document_id>/pages/<int:number>.webp",
        pages_reading.page_image,
        name="sign-page",
    ),
    path("sign/documents/<ulid:document_id>/file.pdf", pages_reading.original_file, name="sign-file"),
    path("sign/documents/<ulid:document_id>/read", pages_reading.read_to_end, name="sign-read"),
    path("sign/documents/<ulid:document_id>/intent", pages_signing.intent, name="sign-intent"),
    path("sign/documents/<ulid:document_id>/code", pages_signing.code, name="sign-code"),
    path("sign/documents/<ulid:document_id>/code/again", pages_signing.code_again, name="sign-code-again"),
    path("sign/documents/<ulid:document_id>/decline", pages_signing.decline, name="sign-decline"),
    path("sign/documents/<ulid:document_id>/signed", pages_signing.signed, name="sign-signed"),
    path("sign/documents/<ulid:document_id>/signed.pdf", pages_reading.signed_file, name="sign-signed-file"),
    path("sign/documents/<ulid:document_id>/protocol.pdf", pages_reading.protocol_file, name="sign-protocol"),
    path(
        "sign/documents/<ulid:document_id>/signed/pages/<int:number>.webp",
        pages_reading.signed_page_image,
        name="sign-signed-page",
    ),
]
