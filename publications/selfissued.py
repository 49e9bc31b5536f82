"""A time-stamp authority of one's own: a root, a leaf and RFC 3161 answers, made in process.

It lets the whole chain run with no network and shows what a stamp looks like. Whoever holds its key can
state any time, so its name says that it proves nothing to a third party, and every check repeats that.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from publications.errors import AuthorityConfigurationError

if TYPE_CHECKING:
    from datetime import datetime

LABEL = "self-issued: proves nothing to a third party"
POLICY = "2.25.302774516203884936180275526904151763017"
"""An arc from a random UUID, which anyone may use without registering (ITU-T X.667)."""
YEARS = 30
_FILES = ("root.pem", "root.key", "leaf.pem", "leaf.key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The root's certificate, and the leaf with its key."""

    root: x509.Certificate
    leaf: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def keys(folder: Path, now: datetime) -> Keys:
    """Return the keys in a folder; the first call makes them, all or none, readable by their owner alone."""
    if not folder.exists():
        _create(folder, now)
    try:
        root, leaf = (x509.load_pem_x509_certificate((folder / name).read_bytes()) for name in _FILES[::2])
        key = load_pem_private_key((folder / "leaf.key").read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise AuthorityConfigurationError(
            "local", f"its keys in {folder} cannot be read ({error.__class__.__name__})"
        ) from None
    return Keys(root=root, leaf=leaf, key=cast("ec.EllipticCurvePrivateKey", key))


def _create(folder: Path, now: datetime) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))  # made with mode 0700
    try:
        root_key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        root = _certificate("root", None, root_key, root_key, now)
        leaf = _certificate("leaf", root, leaf_key, root_key, now)
        contents = (
            root.public_bytes(Encoding.PEM),
            _secret(root_key),
            leaf.public_bytes(Encoding.PEM),
            _secret(leaf_key),
        )
        for name, content in zip(_FILES, contents, strict=True):
            handle = os.open(work / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        try:
            work.rename(folder)
        except OSError:
            if not (folder / "leaf.key").is_file():  # unless another process was first, and theirs stay
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _secret(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _certificate(
    role: str,
    issuer: x509.Certificate | None,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, LABEL),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Antedate local time stamps, {role}"),
        ]
    )
    is_root = issuer is None
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=not is_root, key_cert_sign=is_root, crl_sign=is_root, **usage),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if not is_root:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
    return builder.sign(signer, hashes.SHA256())


def answer(query: bytes, own: Keys, *, at: datetime, serial: int) -> bytes:
    """Return the RFC 3161 response to a query, granted and signed with ECDSA and SHA-512."""
    asked = tsp.TimeStampReq.load(query, strict=True)
    leaf = asn1.Certificate.load(own.leaf.public_bytes(Encoding.DER))
    info = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": asked["message_imprint"],
            "serial_number": serial,
            "gen_time": core.GeneralizedTime(at.replace(microsecond=0)),
            "nonce": asked["nonce"],
        }
    )
    content = info.dump()
    named = {
        "hash_algorithm": {"algorithm": "sha256"},
        "cert_hash": hashlib.sha256(leaf.dump()).digest(),
    }
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha512(content).digest()]}),
            cms.CMSAttribute(
                {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [named]})]}
            ),
        ]
    )
    signature = own.key.sign(attributes.dump(), ec.ECDSA(hashes.SHA512()))
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            {"issuer_and_serial_number": {"issuer": leaf.issuer, "serial_number": leaf.serial_number}}
        ),
        "digest_algorithm": {"algorithm": "sha512"},
        "signed_attrs": attributes,
        "signature_algorithm": {"algorithm": "sha512_ecdsa"},
        "signature": signature,
    }
    signed = {
        "version": "v3",
        "digest_algorithms": [{"algorithm": "sha512"}],
        "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(content)},
        "certificates": [cms.CertificateChoices({"certificate": leaf})],
        "signer_infos": [signer],
    }
    token = {"content_type": "signed_data", "content": cms.SignedData(signed)}
    return bytes(tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump())
