"""A time-stamping authority of our own for tests: `openssl ts` behind a small HTTP server on a free port."""

from __future__ import annotations

import shutil
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# Without `certs`: with it the reply holds two certificates in an order that strict readers refuse.
CONFIG = """[tsa]
default_tsa = tsa_config
[tsa_config]
serial = {directory}/serial
crypto_device = builtin
signer_cert = {directory}/tsa.pem
signer_key = {directory}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
"""

HAS_OPENSSL = shutil.which("openssl") is not None


class Tsa:
    """`answer`: what is sent in place of a stamp, when set; `status`: the HTTP status; `queries`: how many came."""

    def __init__(
        self, directory: Path, name: str = "Test", key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory, self.answer, self.status, self.queries = directory, b"", 200, 0
        self.roots = directory / "root.pem"
        _certificates(directory, name, key or rsa.generate_private_key(65537, 2048))
        (directory / "tsa.cnf").write_text(CONFIG.format(directory=directory))
        (directory / "serial").write_text("01")
        tsa = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                tsa.queries += 1
                body = self.rfile.read(int(self.headers["Content-Length"]))
                data = tsa.answer or tsa.reply(body)
                self.send_response(tsa.status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/stamp"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def reply(self, query: bytes) -> bytes:
        """What openssl answers to a query."""
        asked, given = self.directory / "query.tsq", self.directory / "reply.tsr"
        asked.write_bytes(query)
        config = str(self.directory / "tsa.cnf")
        subprocess.run(
            ["openssl", "ts", "-reply", "-config", config, "-section", "tsa_config", "-queryfile", str(asked),
             "-out", str(given)],
            check=True, capture_output=True,
        )  # fmt: skip
        return given.read_bytes()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _certificates(directory: Path, name: str, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
    now = datetime.now(UTC)
    root_key = ec.generate_private_key(ec.SECP256R1())
    root_name, own_name = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} {w}")]) for w in ("Root", "TSA"))

    def builder(subject: x509.Name, public: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(root_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=3650))
        )

    identifier = x509.SubjectKeyIdentifier.from_public_key(root_key.public_key())
    root = builder(root_name, root_key.public_key()).add_extension(x509.BasicConstraints(True, 0), critical=True)
    root = root.add_extension(identifier, critical=False)
    own = builder(own_name, key.public_key()).add_extension(x509.BasicConstraints(False, None), critical=True)
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    own = own.add_extension(usage, critical=True).add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
    )
    for stem, made in (("root", root), ("tsa", own)):
        pem = made.sign(root_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        (directory / f"{stem}.pem").write_bytes(pem)
    (directory / "tsa.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
