"""A real time-stamp authority for tests: `openssl ts -reply` behind HTTP on loopback, with its own CA."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from publications.timestamp import StampResult

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Answer = tuple[int, "Mapping[str, str]", bytes]
REPLY = {"Content-Type": "application/timestamp-reply"}

_CONFIG = """\
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/leaf.pem
signer_key = {folder}/leaf.key
certs = {folder}/chain.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def need_openssl() -> str:
    """Return the path of openssl, or skip; where CI is set its absence is a failure."""
    found = shutil.which("openssl")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("openssl is missing, and CI must not pass without these tests")
        pytest.skip("openssl is not installed")
    return found


def certificate(
    subject: str,
    key: Key,
    *,
    issuer: tuple[x509.Certificate, Key] | None = None,
    usage: x509.ObjectIdentifier | None = None,
    critical: bool = True,
    serial: int | None = None,
) -> x509.Certificate:
    """Make a certificate: a CA without `usage`, a leaf with it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer[0].subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=usage is None, path_length=None), critical=True)
    )
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=critical)
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256())


def revocation_list(keys: Path, at: datetime, *, revoked: int | None = None, days: int = 1) -> bytes:
    """Make a PEM list of the root in `keys`: from a day before `at` to `days`, less an hour, after it."""
    root = x509.load_pem_x509_certificate((keys / "root.pem").read_bytes())
    key = load_pem_private_key((keys / "root.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    start = at - timedelta(days=1)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(start)
        .next_update(at + timedelta(hours=24 * days - 1))
    )
    if revoked is not None:
        entry = x509.RevokedCertificateBuilder().serial_number(revoked).revocation_date(start).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpensslAuthority:
    """A CA with a time-stamping leaf; `chain` holds what lies between leaf and root, and the root."""

    folder: Path
    root: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    @classmethod
    def make(
        cls, folder: Path, *, rsa_with_intermediate: bool, digests: str = "sha256, sha512"
    ) -> OpensslAuthority:
        need_openssl()
        folder.mkdir()

        def key() -> Key:
            if rsa_with_intermediate:
                return rsa.generate_private_key(public_exponent=65537, key_size=2048)
            return ec.generate_private_key(ec.SECP256R1())

        root_key, leaf_key = key(), key()
        root = certificate("Test root", root_key)
        above: tuple[x509.Certificate, Key] = (root, root_key)
        chain: tuple[x509.Certificate, ...] = (root,)
        if rsa_with_intermediate:
            middle_key = key()
            above = (certificate("Test intermediate", middle_key, issuer=above), middle_key)
            chain = (above[0], root)
        leaf = certificate("Test leaf", leaf_key, issuer=above, usage=ExtendedKeyUsageOID.TIME_STAMPING)
        (folder / "leaf.pem").write_bytes(leaf.public_bytes(Encoding.PEM))
        (folder / "leaf.key").write_bytes(
            leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        (folder / "chain.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in chain))
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder, digests=digests))
        return cls(folder=folder, root=root, chain=chain)

    @property
    def root_pem(self) -> bytes:
        return self.root.public_bytes(Encoding.PEM)

    def reply(self, query: bytes) -> bytes:
        """Answer a query as `openssl ts -reply` does, with the clock of this machine."""
        (self.folder / "query.tsq").write_bytes(query)
        out = self.folder / "reply.tsr"
        command = (need_openssl(), "ts", "-reply", "-config", self.folder / "tsa.cnf")
        files = ("-queryfile", self.folder / "query.tsq", "-out", out)
        subprocess.run([*command, *files], check=True, capture_output=True)
        return out.read_bytes()


@contextmanager
def served(answer: Callable[[bytes], Answer], *, path: str = "/tsa") -> Iterator[str]:
    """Serve answers to POST on loopback; yields the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            moved: Answer = (307, {"Location": path}, b"")
            status, headers, content = moved if self.path == "/moved" else answer(body)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = False
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}{path}"
        finally:
            server.shutdown()
            thread.join()


def openssl_agrees(stamp: StampResult, folder: Path, *, at: datetime | None = None) -> bool:
    parts = {"r": stamp.response, "q": stamp.request, "root": stamp.root_pem, "more": stamp.untrusted_pem}
    for name, data in parts.items():
        (folder / name).write_bytes(data)
    command = [
        need_openssl(),
        "ts",
        "-verify",
        "-queryfile",
        "q",
        "-in",
        "r",
        "-CAfile",
        "root",
        "-untrusted",
        "more",
    ]
    when = ["-attime", str(int(at.timestamp()))] if at else []
    return subprocess.run([*command, *when], cwd=folder, check=False, capture_output=True).returncode == 0
