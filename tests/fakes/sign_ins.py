"""A user pool's sign-in page, and what its codes are good for."""

import base64
import hashlib
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from remit.approval_ports import SignIns
from remit.domain.delegation import Delegator
from remit.domain.errors import Unauthenticated
from remit.ports import Clock


class KnownSignIns(SignIns):
    """Each code is good once, for whoever has the key that the sign-in was begun with, and for where it was to come back to."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: dict[str, tuple[str, dict[str, str]]] = {}

    def signs_in(self, name: str, address: str) -> tuple[str, dict[str, str]]:
        """A person signs in at the address: the code that their browser comes back with, and what was asked for."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self._codes)}"
        self._codes[code] = name, asked
        return code, asked

    def redeem(self, code: str, key: str, came_back_to: str) -> Delegator:
        name, asked = self._codes.pop(code, ("", {}))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()).rstrip(b"=").decode()
        if (asked.get("code_challenge"), asked.get("redirect_uri")) != (challenge, came_back_to):
            raise Unauthenticated("The sign-in is not good, or not any more: begin it again.")
        until = self._clock.now() + timedelta(hours=1)
        return Delegator(delegation="d" * 40, person="sub-1", name=name, groups=(), tenant=None, expires_at=until)
