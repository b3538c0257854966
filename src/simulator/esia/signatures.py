"""Whether `client_secret` is the registered system's signature: detached PKCS#7 (RFC 5652), or a bare one."""

import base64
import binascii
import hashlib
import hmac
from typing import Any

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256


def is_of(certificate_pem: str, data: bytes, secret: str) -> bool:
    """Whether the holder of the certificate has signed `data`; RSA with SHA-256 only."""
    key = x509.load_pem_x509_certificate(certificate_pem.encode()).public_key()
    assert isinstance(key, RSAPublicKey)
    try:
        given = base64.b64decode(secret + "=" * (-len(secret) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    if len(given) == key.key_size // 8:
        return _true(key, given, data)
    return _is_pkcs7(key, given, data)


def _is_pkcs7(key: RSAPublicKey, given: bytes, data: bytes) -> bool:
    """Check the one signer: the digest of `data` among what is signed, and the signature over that."""
    try:
        message = cms.ContentInfo.load(given, strict=True)
        if message["content_type"].native != "signed_data":
            return False
        signed = message["content"]
        (signer,) = signed["signer_infos"]
        if signed["encap_content_info"]["content"].native is not None:  # not a detached one
            return False
        if signer["digest_algorithm"]["algorithm"].native != "sha256":
            return False
        attributes = signer["signed_attrs"]
        covered = attributes.untag().dump() if attributes.native else data
        told = [each["values"][0].native for each in attributes if each["type"].native == "message_digest"]
        signature: Any = signer["signature"].native
    except (ValueError, TypeError, KeyError, IndexError):
        return False
    digest = hashlib.sha256(data).digest()
    if attributes.native and not (len(told) == 1 and hmac.compare_digest(told[0], digest)):
        return False
    return _true(key, signature, covered)


def _true(key: RSAPublicKey, signature: bytes, data: bytes) -> bool:
    try:
        key.verify(signature, data, padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
