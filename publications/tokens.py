"""Read, check and ask for RFC 3161 time stamps: pure functions of bytes, no network and no clock.

Decisions
---------
* `rfc3161-client` checks the signature. It rejects a token whose certificates stand in another order than
  DER wants, which is what a stock `openssl ts` authority with a chain sends. They are sorted in a copy of
  the same length; the bytes that are kept and shipped stay as they came (the field is not signed).
* That library trusts every self-signed certificate that it is handed, intermediate or not, and does not look
  at the ESS certificate hash (RFC 5035). So the path to the root is built and checked here, at the time that
  the token states (the certificate may have expired since), and only that path is handed over.
* The rules for the signer's certificate are those that `openssl ts -verify` applies: a critical extended key
  usage that says timeStamping and nothing else, and a key usage for signatures only.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from publications.errors import (
    TokenCertificateMissingError,
    TokenChainError,
    TokenError,
    TokenMalformedError,
    TokenRefusedError,
    TokenUsageError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HASHES = {32: "sha256", 48: "sha384", 64: "sha512"}
"""Names of the hashes that may be stamped, by length in bytes."""
SIZE_LIMIT = 256 * 1024
"""Bytes of a response, a request or a file of certificates."""
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)
PATH_LIMIT = 8
CERTIFICATE_LIMIT = 50
_UNDERSTOOD = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.SUBJECT_KEY_IDENTIFIER,
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
        ExtensionOID.CRL_DISTRIBUTION_POINTS,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a response says; nothing of it is proven before `verified` has run."""

    hash_name: str
    imprint: bytes
    nonce: int | None
    gen_time: datetime
    serial: int
    certificates: tuple[x509.Certificate, ...]
    """As sent along, in their order."""
    signer: tuple[bytes, int]
    """Issuer (DER of the name) and serial number of the signing certificate."""


class _Answer(core.Sequence):  # type: ignore[misc] # asn1crypto has no types
    """TimeStampResp as RFC 3161 has it: a refusal holds no token, which asn1crypto does not allow for."""

    _fields = [  # noqa: RUF012 - asn1crypto wants a list
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


def request(digest: bytes, nonce: int) -> bytes:
    """Return the DER of a query for a digest (32, 48 or 64 bytes) that asks for the certificates."""
    imprint = {"hash_algorithm": {"algorithm": HASHES[len(digest)]}, "hashed_message": digest}
    query = {"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True}
    return bytes(tsp.TimeStampReq(query).dump())


def read_request(data: bytes) -> tuple[str, bytes, int | None]:
    """Return (hash name, digest, nonce) of a query. Raises TokenMalformedError."""
    try:
        query = tsp.TimeStampReq.load(data, strict=True)
        imprint = query["message_imprint"]
        return (
            imprint["hash_algorithm"]["algorithm"].native,
            imprint["hashed_message"].native,
            query["nonce"].native,
        )
    except Exception as error:  # noqa: BLE001 - as in read
        raise TokenMalformedError(f"the request cannot be read: {_brief(error)}") from None


def read(response: bytes) -> Token:
    """Read a response. Raises TokenRefusedError or TokenMalformedError."""
    if len(response) > SIZE_LIMIT:
        raise TokenMalformedError(f"it is longer than {SIZE_LIMIT // 1024} KB")
    try:
        return _read(response)
    except TokenError:
        raise
    except Exception as error:  # noqa: BLE001 - the parsers raise what they like on hostile bytes
        raise TokenMalformedError(_brief(error)) from None


def _read(response: bytes) -> Token:
    answer = _Answer.load(response, strict=True)
    status = answer["status"]
    if status["status"].native != "granted":
        words = " ".join(status["status_string"].native or ())
        failure = ", ".join(sorted(status["fail_info"].native or ()))
        raise TokenRefusedError(status["status"].native, "; ".join(part for part in (words, failure) if part))
    signed = _signed_data(answer)
    content = signed["encap_content_info"]
    if content["content_type"].native != "tst_info" or len(signed["signer_infos"]) != 1:
        raise TokenMalformedError("it is not a time stamp of one signer")
    info = content["content"].parsed
    sid = signed["signer_infos"][0]["sid"]
    if sid.name != "issuer_and_serial_number":
        raise TokenMalformedError("its signer is not named by issuer and serial number")
    name = info["message_imprint"]["hash_algorithm"]["algorithm"].native
    if name not in HASHES.values():
        raise TokenMalformedError(f"its hash {name} is not SHA-256, SHA-384 or SHA-512")
    gen_time = info["gen_time"].native
    if gen_time is None or gen_time.tzinfo is None:
        raise TokenMalformedError("it states no time")
    return Token(
        hash_name=name,
        imprint=info["message_imprint"]["hashed_message"].native,
        nonce=info["nonce"].native,
        gen_time=gen_time,
        serial=info["serial_number"].native,
        certificates=_sent_along(signed),
        signer=(sid.chosen["issuer"].dump(), sid.chosen["serial_number"].native),
    )


def _signed_data(answer: Any) -> Any:  # noqa: ANN401 - asn1crypto has no types
    token = answer["time_stamp_token"]
    if not isinstance(token, cms.ContentInfo) or token["content_type"].native != "signed_data":
        raise TokenMalformedError("it holds no signed data")
    return token["content"]


def _sent_along(signed: Any) -> tuple[x509.Certificate, ...]:  # noqa: ANN401 - asn1crypto has no types
    found = signed["certificates"]
    if isinstance(found, cms.CertificateSet):
        if len(found) > CERTIFICATE_LIMIT:
            raise TokenMalformedError("it carries too many certificates")
        return tuple(
            x509.load_der_x509_certificate(item.chosen.dump()) for item in found if item.name == "certificate"
        )
    return ()


def pem(certificates: Iterable[x509.Certificate]) -> bytes:
    """Return certificates as PEM, one after the other."""
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


def certificates_of(data: bytes) -> tuple[x509.Certificate, ...]:
    """Read PEM certificates; none is fine. Raises TokenMalformedError."""
    if not data.strip():
        return ()
    try:
        found = tuple(x509.load_pem_x509_certificates(data))
    except Exception as error:  # noqa: BLE001 - as in read
        raise TokenMalformedError(f"certificates cannot be read: {_brief(error)}") from None
    if len(found) > CERTIFICATE_LIMIT:
        raise TokenMalformedError("there are too many certificates")
    return found


def fingerprint(certificate: x509.Certificate) -> str:
    """Return SHA-256 of the DER, lower-case hex: what is pinned and compared."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def self_signed(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate vouches for itself."""
    return certificate.subject == certificate.issuer and _issued(certificate, certificate)


def verified(
    response: bytes, *, root: x509.Certificate, others: Iterable[x509.Certificate], crls: bytes = b""
) -> tuple[x509.Certificate, ...]:
    """Check signature, usage and path at the token's own time; return the path, signer first.

    Raises TokenError. What was stamped (`imprint`) and the nonce are the caller's to compare.
    """
    token = read(response)
    try:
        return _verified(response, token, root, others, crls)
    except TokenError:
        raise
    except Exception as error:  # noqa: BLE001 - the same
        raise TokenMalformedError(_brief(error)) from None


def _verified(
    response: bytes, token: Token, root: x509.Certificate, others: Iterable[x509.Certificate], crls: bytes
) -> tuple[x509.Certificate, ...]:
    pool = [*token.certificates, *others]
    signer = _signer(token, pool)
    _check_usage(signer)
    path = _path(signer, pool, root, token.gen_time)
    if crls.strip():
        _check_revocation(path, crls, token.gen_time)
    _check_signature(response, token, path)
    return path


def _signer(token: Token, pool: Iterable[x509.Certificate]) -> x509.Certificate:
    for certificate in pool:
        if (certificate.issuer.public_bytes(), certificate.serial_number) == token.signer:
            return certificate
    raise TokenCertificateMissingError


def _check_usage(signer: x509.Certificate) -> None:
    try:
        extended = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, ValueError):
        raise TokenUsageError("it has no extended key usage") from None
    if list(extended.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise TokenUsageError("its usage is not time stamping alone")
    if not extended.critical:
        raise TokenUsageError("its usage is not marked critical")
    usage = _extension(signer, x509.KeyUsage)
    if usage is None:
        return
    others = (
        usage.key_encipherment,
        usage.data_encipherment,
        usage.key_agreement,
        usage.key_cert_sign,
        usage.crl_sign,
    )
    if any(others) or not (usage.digital_signature or usage.content_commitment):
        raise TokenUsageError("its key is for something else than signatures")


def _path(
    signer: x509.Certificate, pool: Iterable[x509.Certificate], root: x509.Certificate, at: datetime
) -> tuple[x509.Certificate, ...]:
    if not self_signed(root):
        raise TokenChainError("the root does not sign itself")
    candidates = [root, *(one for one in pool if one != root and _may_issue(one))]
    path = [signer]
    while path[-1] != root:
        issuer = next((one for one in candidates if one not in path and _issued(path[-1], one)), None)
        if issuer is None or len(path) >= PATH_LIMIT:
            raise TokenChainError(f"no path from {_name(signer)} to the root {_name(root)}")
        path.append(issuer)
    for depth, certificate in enumerate(path):
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            raise TokenChainError(f"{_name(certificate)} was not valid at {at.isoformat()}")
        if any(one.critical and one.oid not in _UNDERSTOOD for one in certificate.extensions):
            raise TokenChainError(f"{_name(certificate)} has a critical extension not understood here")
        constraints = _extension(certificate, x509.BasicConstraints)
        if depth and (not _may_issue(certificate) or constraints is None):
            raise TokenChainError(f"{_name(certificate)} may not issue certificates")
        limit = constraints.path_length if constraints is not None else None
        if depth and limit is not None and depth - 1 > limit:
            raise TokenChainError(f"{_name(certificate)} allows no path that long")
    return tuple(path)


def _may_issue(certificate: x509.Certificate) -> bool:
    constraints = _extension(certificate, x509.BasicConstraints)
    usage = _extension(certificate, x509.KeyUsage)
    return constraints is not None and constraints.ca and (usage is None or usage.key_cert_sign)


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _extension(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
    except ValueError as error:
        raise TokenChainError(f"a certificate has a broken extension: {_brief(error)}") from None


def _check_revocation(path: tuple[x509.Certificate, ...], crls: bytes, at: datetime) -> None:
    end = b"-----END X509 CRL-----"
    try:
        lists = [x509.load_pem_x509_crl(piece + end) for piece in crls.split(end)[:-1]]
    except ValueError as error:
        raise TokenMalformedError(f"revocation lists cannot be read: {_brief(error)}") from None
    for certificate, issuer in pairwise(path):
        key = issuer.public_key()
        fitting = [
            one
            for one in lists
            if one.issuer == issuer.subject
            and one.is_signature_valid(key)  # type: ignore[arg-type] # a key that signs certificates signs lists
            and one.last_update_utc <= at
            and (one.next_update_utc is None or at <= one.next_update_utc)
        ]
        if not fitting:
            raise TokenChainError(f"no revocation list of {_name(issuer)} for {at.isoformat()}")
        if any(one.get_revoked_certificate_by_serial_number(certificate.serial_number) for one in fitting):
            raise TokenChainError(f"{_name(certificate)} had been revoked")


def _check_signature(response: bytes, token: Token, path: tuple[x509.Certificate, ...]) -> None:
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response  # noqa: PLC0415 - compiled

    _check_certificate_hash(response, path[0])
    builder = VerifierBuilder(tsa_certificate=path[0], intermediates=list(path[1:-1]), roots=[path[-1]])
    try:
        decoded = decode_timestamp_response(sorted_copy(response))
        builder.build().verify(decoded, token.imprint)
    except VerificationError as error:
        raise TokenChainError(f"the signature does not hold: {_brief(error)}") from None
    except (ValueError, TypeError) as error:
        raise TokenMalformedError(_brief(error)) from None


def _check_certificate_hash(response: bytes, signer: x509.Certificate) -> None:
    """Hold the signed attributes to naming the signer's certificate by its hash (RFC 3161, 2.4.2)."""
    der = signer.public_bytes(Encoding.DER)
    try:
        signed = _signed_data(_Answer.load(response))
        attributes: Mapping[str, Any] = {
            item["type"].native: item["values"] for item in signed["signer_infos"][0]["signed_attrs"]
        }
        if "signing_certificate_v2" in attributes:
            first = attributes["signing_certificate_v2"][0]["certs"][0]
            name = first["hash_algorithm"]["algorithm"].native
        else:
            first, name = attributes["signing_certificate"][0]["certs"][0], "sha1"
        same = (
            name in ("sha1", *HASHES.values())
            and hashlib.new(name, der).digest() == first["cert_hash"].native
        )
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise TokenMalformedError(f"it does not name its certificate: {_brief(error)}") from None
    if not same:
        raise TokenChainError("the signature names another certificate")


def sorted_copy(response: bytes) -> bytes:
    """Return a copy whose certificates stand in DER order; all lengths stay what they were."""
    found = _signed_data(_Answer.load(response))["certificates"]
    if not isinstance(found, cms.CertificateSet):
        return response
    pieces = [item.dump() for item in found]
    before, after = b"".join(pieces), b"".join(sorted(pieces))
    return response.replace(before, after, 1)


def _name(certificate: x509.Certificate) -> str:
    return f"“{certificate.subject.rfc4514_string()[:120]}”"


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__
