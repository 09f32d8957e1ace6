"""Signing in: OAuth's code flow with a proof key (RFC 7636), both ends of which are this browser's visit."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from remit.approval_ports import SignIns, StartSession
from remit.domain.errors import Unauthenticated
from remit.domain.session import Session, hash_visit
from remit.domain.visit import proof, proves
from remit.usecases.answer import ApprovalPorts
from remit.usecases.identified import Person, by_name

# A person who steps up is one who was there just now.
_LASTS = timedelta(minutes=15)
_STATE, _KEY = "sign-in state", "sign-in key"


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningIn:
    """`address` is the user pool's sign-in page, `client` the application, `public_url` the API's base address."""

    sign_ins: SignIns
    address: str
    client: str
    public_url: str

    @property
    def comes_back_to(self) -> str:
        return f"{self.public_url}/signed-in"

    def begin(self, visit: str, then: str) -> str:
        """The address at which a person signs in; `then` is the approval that they come back to, or nothing."""
        asked = {
            "response_type": "code",
            "client_id": self.client,
            "redirect_uri": self.comes_back_to,
            "scope": "openid",
            "state": f"{proof(visit, _STATE)}.{then}",
            "code_challenge_method": "S256",
            "code_challenge": _challenge(proof(visit, _KEY)),
        }
        return f"{self.address}/oauth2/authorize?{urlencode(asked)}"

    def end(self, visit: str, code: str, state: str, ports: ApprovalPorts) -> tuple[str, str]:
        """The new visit of whoever signed in, and the approval to go to. Raises Unauthenticated, Unavailable."""
        said, _, then = state.partition(".")
        if not proves(said, visit, _STATE):
            raise Unauthenticated("This sign-in was begun in another browser, or too long ago: begin it again.")
        person = self.sign_ins.redeem(code, proof(visit, _KEY), self.comes_back_to)
        # Another visit than before: whoever knew that one is not signed in by this.
        visit, until = ports.entropy.token(), min(ports.clock.now() + _LASTS, person.expires_at)
        session = Session(visit_hash=hash_visit(visit), name=person.name, until=until)
        ports.records.commit("sign-ins", [StartSession(session=session)], [])
        return visit, then


def person_of(visit: str | None, ports: ApprovalPorts) -> Person | None:
    """Who signed in with the visit, while that lasts."""
    session = None if visit is None else ports.approvals.session(hash_visit(visit))
    return None if session is None or ports.clock.now() >= session.until else by_name(session.name, ports)


def _challenge(key: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()).rstrip(b"=").decode()
