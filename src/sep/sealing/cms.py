"""The signature container of a seal: CMS SignedData, profile PAdES B-B (ETSI EN 319 142-1, EN 319 122-1).

The container is a pure function of (certificates, digest, signature value), and every certificate in it is
named by hash among the signed attributes. So the verifier rebuilds the container and compares bytes: a
container with one flipped bit, an extra certificate or an unsigned attribute is simply not ours.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from asn1crypto import cms as asn1_cms
from asn1crypto import parser
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_der_x509_certificate

from sep.sealing import der

_SIGNED_DATA = der.oid("1.2.840.113549.1.7.2")
_DATA = der.oid("1.2.840.113549.1.7.1")
_SHA256 = der.encode(der.SEQUENCE, der.oid("2.16.840.1.101.3.4.2.1"))
_CONTENT_TYPE = der.oid("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = der.oid("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE_V2 = der.oid("1.2.840.113549.1.9.16.2.47")
_RSA_SHA256 = der.encode(der.SEQUENCE, der.oid("1.2.840.113549.1.1.11"), der.NULL)
_ECDSA_SHA256 = der.encode(der.SEQUENCE, der.oid("1.2.840.10045.4.3.2"))
_VERSION_1 = der.encode(der.INTEGER, b"\x01")


def fingerprint(certificate: Certificate) -> bytes:
    """SHA-256 of the certificate's DER: 32 bytes."""
    return sha256(certificate.public_bytes(Encoding.DER)).digest()


@dataclass(frozen=True)
class Signatory:
    """Whose signature it is: the seal's certificate first, then its issuers upwards."""

    chain: tuple[Certificate, ...]

    @property
    def certificate(self) -> Certificate:
        return self.chain[0]

    @cached_property
    def _fixed_attributes(self) -> tuple[bytes, bytes]:
        # RFC 5035: SHA-256 is the default of ESSCertIDv2, and DER leaves defaults out; naming the whole
        # path limits validation to these certificates.
        named = (
            der.encode(der.SEQUENCE, der.encode(der.OCTET_STRING, fingerprint(one))) for one in self.chain
        )
        path = der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, *named))
        return (
            der.encode(der.SEQUENCE, _CONTENT_TYPE, der.set_of(_DATA)),
            der.encode(der.SEQUENCE, _SIGNING_CERTIFICATE_V2, der.set_of(path)),
        )

    @cached_property
    def _certificates(self) -> bytes:
        return der.encode(der.explicit(0), *sorted(one.public_bytes(Encoding.DER) for one in self.chain))

    @cached_property
    def _identifier(self) -> bytes:
        tbs = asn1_cms.Certificate.load(self.certificate.public_bytes(Encoding.DER))["tbs_certificate"]
        return der.encode(der.SEQUENCE, tbs["issuer"].dump(), tbs["serial_number"].dump())

    @cached_property
    def _algorithm(self) -> bytes:
        return _RSA_SHA256 if isinstance(self.certificate.public_key(), rsa.RSAPublicKey) else _ECDSA_SHA256

    def _attributes(self, digest: bytes) -> list[bytes]:
        message_digest = der.set_of(der.encode(der.OCTET_STRING, digest))
        return [*self._fixed_attributes, der.encode(der.SEQUENCE, _MESSAGE_DIGEST, message_digest)]

    def signed_bytes(self, digest: bytes) -> bytes:
        """What the key signs for a document with this SHA-256 digest."""
        return der.set_of(*self._attributes(digest))

    def container(self, digest: bytes, signature: bytes) -> bytes:
        """The whole CMS ContentInfo, DER."""
        signer_info = der.encode(
            der.SEQUENCE,
            _VERSION_1,
            self._identifier,
            _SHA256,
            der.encode(der.explicit(0), *sorted(self._attributes(digest))),
            self._algorithm,
            der.encode(der.OCTET_STRING, signature),
        )
        signed_data = der.encode(
            der.SEQUENCE,
            _VERSION_1,
            der.set_of(_SHA256),
            der.encode(der.SEQUENCE, _DATA),
            self._certificates,
            der.set_of(signer_info),
        )
        return der.encode(der.SEQUENCE, _SIGNED_DATA, der.encode(der.explicit(0), signed_data))

    def confirms(self, digest: bytes, signature: bytes) -> bool:
        """Whether the certificate's key made this signature for this digest."""
        public_key = self.certificate.public_key()
        signed = self.signed_bytes(digest)
        try:
            if isinstance(public_key, rsa.RSAPublicKey):
                public_key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
            elif isinstance(public_key, ec.EllipticCurvePublicKey):
                public_key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
            else:
                return False
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Container:
    """A container found in a file, taken apart."""

    signatory: Signatory
    digest: bytes
    signature: bytes
    canonical: bool  # byte for byte what `Signatory.container` would write, and only zeros after it


def read_container(contents: bytes, trusted: Collection[Certificate]) -> Container:
    """Take apart the `/Contents` of a seal made by one of the trusted certificates.

    Args:
        contents: the container with its zero padding.
        trusted: certificates of the seals that are ours.

    Raises:
        ValueError, TypeError, KeyError: not a container of this profile, or not of a trusted certificate.
    """
    signed_data = _signed_data(contents)
    (signer_info,) = signed_data["signer_infos"]
    attributes = {one["type"].native: one["values"] for one in signer_info["signed_attrs"]}
    digest: bytes = attributes["message_digest"][0].native
    signature: bytes = signer_info["signature"].native
    named = [one["cert_hash"].native for one in attributes["signing_certificate_v2"][0]["certs"]]
    signatory = Signatory(_chain(named, signed_data, trusted))
    rebuilt = signatory.container(digest, signature)
    canonical = contents.startswith(rebuilt) and not any(contents[len(rebuilt) :])
    return Container(signatory, digest, signature, canonical)


def _chain(
    named: Sequence[bytes], signed_data: asn1_cms.SignedData, trusted: Collection[Certificate]
) -> tuple[Certificate, ...]:
    from_us = {fingerprint(one): one for one in trusted}
    if named[0] not in from_us:
        raise KeyError("the signing certificate is not trusted")
    present = {
        sha256(raw).digest(): raw for raw in (one.chosen.dump() for one in signed_data["certificates"])
    }
    return (from_us[named[0]], *(load_der_x509_certificate(present[one]) for one in named[1:]))


def _signed_data(contents: bytes) -> asn1_cms.SignedData:
    # The placeholder is longer than the container: what follows the first DER element is padding.
    info = asn1_cms.ContentInfo.load(contents[: parser.peek(contents)])
    if info["content_type"].native != "signed_data":
        raise ValueError("not SignedData")
    return info["content"]
