"""A sign-in to a Cognito user pool: its code is redeemed for an ID token, which is verified and let go."""

from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import HTTPError

from remit.adapters.cognito_tokens import CognitoTokens
from remit.approval_ports import SignIns
from remit.domain.delegation import Delegator
from remit.domain.errors import Unauthenticated, Unavailable

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_TIMEOUT = urllib3.Timeout(connect=3, read=5)
_REFUSED = 400


class CognitoSignIns(SignIns):
    def __init__(self, address: str, client: str, tokens: CognitoTokens) -> None:
        self._address, self._client, self._tokens, self._http = address, client, tokens, urllib3.PoolManager()

    def redeem(self, code: str, key: str, came_back_to: str) -> Delegator:
        said = {"grant_type": "authorization_code", "client_id": self._client, "code": code}
        form = urlencode({**said, "code_verifier": key, "redirect_uri": came_back_to})
        try:
            answer = self._http.request("POST", f"{self._address}/oauth2/token", body=form, headers=_FORM, timeout=_TIMEOUT, retries=False)
            body = answer.json()
        except (HTTPError, ValueError) as error:
            raise Unavailable(f"Cognito: {type(error).__name__}") from None
        if answer.status == _REFUSED or not isinstance(body, dict) or "id_token" not in body:
            raise Unauthenticated("The sign-in is not good, or not any more: begin it again.")
        return self._tokens.verify(str(body["id_token"]))
