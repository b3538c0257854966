"""The Python SDK of СЭП for developers of МИС.

    with SepClient("https://sep.example.org/sep/api", token, id_lpu) as sep:
        document = sep.create_document(NewDocument(…))
        signed = sep.wait(document.id_document)
        pdf = sep.signed(document.id_document)

Three settings connect a МИС: the address, the token, the МО identifier. Errors are the tree of
`sep_client.errors`; their messages are Russian and may be shown as they are.
"""

from sep_client.client import STATUSES_AT_ONCE, SepClient
from sep_client.errors import (
    CertificateFailed,
    Conflict,
    ConnectionFailed,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    SepError,
    ServerError,
    Timeout,
    Unauthorized,
)
from sep_client.models import (
    CLOSED,
    Comprehension,
    Connection,
    Content,
    Delivery,
    Desk,
    Document,
    DocumentSigner,
    DocumentType,
    DocumentWarning,
    Event,
    Explanation,
    Fallback,
    MaxBot,
    NewAgreement,
    NewDocument,
    NewPackage,
    Package,
    PackageDocument,
    Patient,
    Person,
    Question,
    Signer,
    Source,
    Status,
    StatusCode,
    StatusMeaning,
)
from sep_client.retries import Retries
from sep_client.rules import Agreement, MethodRule, Organization, PhoneCheck, Policy
from sep_client.settings import Settings

__all__ = [
    "CLOSED",
    "STATUSES_AT_ONCE",
    "Agreement",
    "CertificateFailed",
    "Comprehension",
    "Conflict",
    "Connection",
    "ConnectionFailed",
    "Content",
    "Delivery",
    "Desk",
    "Document",
    "DocumentSigner",
    "DocumentType",
    "DocumentWarning",
    "Event",
    "Explanation",
    "Fallback",
    "FieldError",
    "Forbidden",
    "Invalid",
    "MaxBot",
    "MethodRule",
    "NewAgreement",
    "NewDocument",
    "NewPackage",
    "NotFound",
    "Organization",
    "Package",
    "PackageDocument",
    "Patient",
    "Person",
    "PhoneCheck",
    "Policy",
    "Question",
    "RateLimited",
    "Retries",
    "SepClient",
    "SepError",
    "ServerError",
    "Settings",
    "Signer",
    "Source",
    "Status",
    "StatusCode",
    "StatusMeaning",
    "Timeout",
    "Unauthorized",
]
