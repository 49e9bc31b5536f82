"""Encryption against a real server: certificates are verified, and no redirect leads out of it."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from ingest.downloads import fetch
from ingest.fetch_errors import (
    HostUntrustedError,
    RedirectRefusedError,
)
from ingest.http_rules import Ask
from tests.http_stage import BODY
from tests.playing_server import Clock, Play, Reply, playing, session

if TYPE_CHECKING:
    from pathlib import Path


def certified(folder: Path, host: str) -> tuple[ssl.SSLContext, str]:
    """Make a certificate for a host that is its own root."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "playing")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = folder / f"{host}.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(secret + made.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    root = folder / f"{host}-root.pem"
    root.write_bytes(made.public_bytes(Encoding.PEM))
    return context, str(root)


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize("host", ["localhost", "elsewhere.example"])
def test_certificates_are_always_verified(
    tmp_path: Path, pace: Clock, monkeypatch: pytest.MonkeyPatch, trusted: bool, host: str
) -> None:
    monkeypatch.setenv("CURL_CA_BUNDLE", "")
    context, root = certified(tmp_path, host)
    with (
        playing(lambda _: Reply(body=BODY), encrypted=context) as play,
        session(tmp_path, pace, authorities=root if trusted else "") as polite,
    ):
        asked = Ask(url=play.url.replace("127.0.0.1", "localhost"), wants="json")
        if trusted and host == "localhost":
            assert fetch(polite, asked, tmp_path / "page.json").state == "new"
            return
        with pytest.raises(HostUntrustedError, match="certificate"):
            fetch(polite, asked, tmp_path / "page.json")
        assert play.asked == []


def test_a_redirect_out_of_encryption_is_refused(play: Play, tmp_path: Path) -> None:
    context, root = certified(tmp_path, "localhost")
    with (
        playing(lambda _: Reply(status=302, headers={"Location": play.url}), encrypted=context) as safe,
        session(tmp_path, authorities=root) as polite,
    ):
        asked = Ask(url=safe.url.replace("127.0.0.1", "localhost"), wants="json")
        with pytest.raises(RedirectRefusedError, match="encryption"):
            fetch(polite, asked, tmp_path / "page.json")
    assert play.asked == []
