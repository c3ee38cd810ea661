"""Asks witnesses to cosign the ledger's checkpoint, over HTTPS (C2SP tlog-witness)."""

from __future__ import annotations

import http.client
import json
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from mingcha.base.atomic import write_file
from mingcha.base.errors import Conflict, Corrupt, Invalid, Unavailable
from mingcha.ledger import notes
from mingcha.ledger.asking import Request
from mingcha.ledger.log import Log

TIMEOUT_S = 10.0
MAX_ANSWER_BYTES = 64_000
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WitnessAddress:
    """`url`: https, its path before ``/add-checkpoint``; http only to this machine. `ca_file`: the authority its
    certificate is from, where that is not one the system knows."""

    url: str
    key: notes.Verifier
    ca_file: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise Invalid("witness.url", "A witness is reached by https://, or by http:// on this machine only.")
        if not self.key.type.is_witness:
            raise Invalid("witness.key", "This is the key of a log, not of a witness.")


def read_addresses(path: Path) -> tuple[WitnessAddress, ...]:
    """The witnesses in a file: a JSON list of {"url", "key", "ca_file"?}; none without a file. Raises Invalid."""
    try:
        raw = json.loads(path.read_bytes())
        return tuple(
            WitnessAddress(item["url"], notes.Verifier.from_text(item["key"]), item.get("ca_file", "")) for item in raw
        )
    except FileNotFoundError:
        return ()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid("witness.file", f"The list of witnesses in {path.name} cannot be read: {error}.") from error


@dataclass
class Cosigning:
    """One witness. `size`: of the newest checkpoint it cosigned, as far as is known."""

    address: WitnessAddress
    size: int = 0
    _known_root: bytes = field(default=b"", repr=False)

    def ask(self, ledger: Log) -> bool:
        """Let it cosign the checkpoint as it stands; False when it has already.

        Raises Unavailable when it does not answer; Conflict ``witness.fork`` or Corrupt when it says that this log has
        shown it another history: then somebody must look.
        """
        if self.size == ledger.size and self._known_root == ledger.root:
            return False
        signature = self._post(ledger)
        ledger.add_cosignature(signature, self.address.key)
        self.size, self._known_root = ledger.size, ledger.root
        return True

    def _post(self, ledger: Log) -> notes.Signature:
        status, answer = self._send(self._request(ledger, self.size))
        if status == 409 and answer.strip().isdigit() and int(answer) <= ledger.size:
            status, answer = self._send(self._request(ledger, int(answer)))
        if status == 409:
            text = f"The witness {self.address.key.name} knows another history of this log."
            raise Conflict("witness.fork", text)
        if status == 422:
            raise Corrupt("ledger.proof", f"The witness {self.address.key.name} finds that this log was rewritten.")
        if status != 200:
            said = answer.decode(errors="replace").strip()[:200]
            raise Unavailable("witness.refused", f"The witness {self.address.key.name} answered {status}: {said}")
        for line in answer.decode(errors="replace").splitlines():
            found = notes.parse_signature(line)
            if self.address.key.matches(found):
                return found
        raise Corrupt("witness.answer", f"The witness {self.address.key.name} sent no signature of its own.")

    @staticmethod
    def _request(ledger: Log, old_size: int) -> bytes:
        proof = ledger.reader().tree.consistency_proof(old_size) if 0 < old_size < ledger.size else []
        own = notes.Note(ledger.note.text, ledger.note.signatures[:1])
        return Request(old_size, tuple(proof), own.encode()).encode()

    def _send(self, body: bytes) -> tuple[int, bytes]:
        parts = urlsplit(self.address.url)
        host, port = parts.hostname or "", parts.port
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=self.address.ca_file or None)
            connection = http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=context)
        else:
            connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
        try:
            connection.request("POST", f"{parts.path.rstrip('/')}/add-checkpoint", body)
            response = connection.getresponse()
            return response.status, response.read(MAX_ANSWER_BYTES)
        except (OSError, http.client.HTTPException) as error:
            text = f"The witness {self.address.key.name} does not answer: {error}."
            raise Unavailable("witness.away", text) from error
        finally:
            connection.close()


class Witnesses:
    """All witnesses of this node's ledger, asked in turn. `tell`: called with a witness's name and its state when that
    changed: ``ok``, ``away`` (does not answer) or ``refused`` (it says that the log was rewritten)."""

    def __init__(self, addresses: tuple[WitnessAddress, ...], tell: Callable[[str, str], None]) -> None:
        self.addresses = addresses
        self._asking = [Cosigning(address) for address in addresses]
        self._states: dict[str, str] = {}
        self._tell = tell

    def ask_all(self, ledger: Log, keep_at: Path) -> int:
        """Ask each for the present checkpoint; how many cosigned. The cosigned checkpoint is kept at `keep_at`, since
        the next append publishes a new one without."""
        cosigned = sum(self._ask(cosigning, ledger) for cosigning in self._asking) if ledger.size else 0
        if cosigned:
            write_file(keep_at, ledger.note.encode())
        return cosigned

    def _ask(self, cosigning: Cosigning, ledger: Log) -> bool:
        name = cosigning.address.key.name
        try:
            done, state = cosigning.ask(ledger), "ok"
        except Unavailable as error:
            done, state = False, "away"
            log.warning("witness %s: %s", name, error)
        except (Conflict, Corrupt) as error:
            done, state = False, "refused"
            log.critical("witness %s: %s", name, error)
        if self._states.get(name, "") != state:
            self._states[name] = state
            self._tell(name, state)
        return done
