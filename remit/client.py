"""The deployed API for Python callers, signed with SigV4. Raises what remit.client_errors has."""

import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import requests
from requests_aws4auth import AWS4Auth

from remit.answers import Act, Agent, Agents, Answer, Catalogue, Redacted, Run, Started, Undo
from remit.approval_answers import Approval, Approvals
from remit.client_errors import DeadlinePassed, Unreachable
from remit.responses import RETRIED, Result, governed, parsed

_PAUSES = (0.2, 0.6, 1.8)
_CONNECT_SECONDS, _READ_SECONDS = 5.0, 30.0
_MAX_AGE = re.compile(r"\bmax-age=(\d+)")
# Signed with the request, so that nobody on the way puts another person behind it.
_PERSON = "Remit-Delegation"
Standing = TypeVar("Standing", Act, Run)
_SIGNED = ("host", "content-type", "date", "x-amz-*", _PERSON)


@dataclass(frozen=True, slots=True)
class Credentials:
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Kept:
    """An agent's catalogue as it was answered last, and until when it need not be asked for again."""

    catalogue: Catalogue
    tag: str
    until: float


class RemitClient:
    """Calls one deployed Remit as one caller. Every POST carries an Idempotency-Key, so that a retry repeats nothing.

    `credentials` that expire are given as a function that tells those of now.
    """

    def __init__(
        self,
        url: str,
        region: str,
        credentials: Credentials | Callable[[], Credentials],
        *,
        session: requests.Session | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url.rstrip("/")
        self._session = session or requests.Session()
        self._region, self._credentials = region, credentials
        self._sleep, self._clock = sleep, clock
        self._kept: dict[str, _Kept] = {}

    def start_run(self, workflow: str, payload: Mapping[str, Any], key: str | None = None, on_behalf_of: str | None = None) -> Started:
        """Start a workflow, on behalf of the person whose token it is. The same key starts it once."""
        return self._post(Started, "/runs", {"workflow": workflow, "input": dict(payload)}, key, on_behalf_of)

    def run(self, run: str) -> Run:
        """Where a run stands, with its ledger."""
        return parsed(Run, self._answer("GET", named("runs", run)))

    def undo(self, run: str) -> Undo:
        """Take back what a run did, as far as it can be; asked for again, it goes on where it stopped. Raises Conflict while it runs."""
        return self._post(Undo, named("runs", run, "undo"), {}, None)

    def undoing(self, run: str) -> Undo:
        """How far a run has been taken back."""
        return parsed(Undo, self._answer("GET", named("runs", run, "undo")))

    def redact(self, run: str, reason: str, call: int | None = None) -> Redacted:
        """Take away what models were asked and answered in a run, or in the call that one of its entries tells of."""
        # Harmless to repeat: it is recorded once.
        said = {"reason": reason} if call is None else {"reason": reason, "call": call}
        return self._post(Redacted, named("runs", run, "redact"), said, None)

    def act(
        self,
        agent: str,
        tool: str,
        payload: Mapping[str, Any],
        key: str | None = None,
        on_behalf_of: str | None = None,
        *,
        scope: Mapping[str, Any] | None = None,
    ) -> Act:
        """Ask for one governed action, on behalf of the person whose token it is. `scope` is what the agent was asked for:
        `{"reach": "record", "about": {"message_id": "M-1"}}`; what goes beyond it is denied. A denial is a result, not an error; Forbidden
        is raised where these credentials do not speak for the agent."""
        stated = {} if scope is None else {"scope": dict(scope)}
        path = named("agents", agent, "intents")
        return self._post(Act, path, {"tool": tool, "payload": dict(payload), **stated}, key, on_behalf_of)

    def intent(self, agent: str, run: str) -> Act:
        """How an action stands that these credentials asked for in the agent's name. Raises NotFound for every other run."""
        return parsed(Act, self._answer("GET", named("agents", agent, "intents", run)))

    def settled(self, agent: str, run: str, deadline: float) -> Act:
        """What came of such an action, polled for at most `deadline` seconds. Raises DeadlinePassed."""
        return self._polled(lambda: self.intent(agent, run), lambda act: act.over, deadline)

    def withdraw_intent(self, agent: str, run: str) -> Act:
        """Take such an action back while it waits for a human; otherwise it is left as it is. Returns how it stands then."""
        # Harmless to repeat: what was taken back stays so.
        return self._post(Act, named("agents", agent, "intents", run, "withdraw"), {}, None)

    def withdraw(self, run: str) -> Run:
        """The same for any run that these credentials started."""
        return self._post(Run, named("runs", run, "withdraw"), {}, None)

    def tools(self, agent: str) -> Catalogue:
        """What the agent may call, as deployed; asked for again once the API's word is too old, and not sent again if it still holds."""
        kept = self._kept.get(agent)
        if kept is None or kept.until <= self._clock():
            kept = self._kept[agent] = self._catalogue(agent, kept)
        return kept.catalogue

    def approvals(self) -> tuple[Approval, ...]:
        """The open questions, oldest first."""
        return parsed(Approvals, self._answer("GET", "/approvals")).approvals

    def agents(self) -> tuple[Agent, ...]:
        """All deployed agents, and which of them are stopped."""
        return parsed(Agents, self._answer("GET", "/agents")).agents

    def suspend(self, agent: str, reason: str) -> None:
        """Stop the agent's next action, at once."""
        self._steer(agent, "suspend", reason)

    def resume(self, agent: str, reason: str) -> None:
        """Let the agent act again."""
        self._steer(agent, "resume", reason)

    def wait(self, run: str, deadline: float, until: Callable[[Run], bool] = lambda run: run.ended) -> Run:
        """Poll until the run is as wanted, at most `deadline` seconds. Raises DeadlinePassed."""
        return self._polled(lambda: self.run(run), until, deadline)

    def get(self, result: type[Result], path: str, query: Mapping[str, str]) -> Result:
        """For parts of the API that have a client of their own."""
        return parsed(result, self._answer("GET", f"{path}?{urlencode(query, quote_via=quote)}"))

    def post(self, result: type[Result], path: str, body: dict[str, Any]) -> Result:
        """The same; sent again if the answer is lost, so that doing it twice has to be doing it once."""
        return self._post(result, path, body, None)

    def _polled(self, look: Callable[[], Standing], until: Callable[[Standing], bool], deadline: float) -> Standing:
        end, pause = self._clock() + deadline, 0.2
        while not until(seen := look()):
            if self._clock() + pause > end:
                raise DeadlinePassed(f"{seen.run} is still {seen.stands} after {deadline:.0f} seconds.", run=seen.run)
            self._sleep(pause)
            pause = min(pause * 1.3, 2.0)
        return seen

    def _catalogue(self, agent: str, kept: _Kept | None) -> _Kept:
        known = {"If-None-Match": kept.tag} if kept else {}
        response = self._answer("GET", named("agents", agent, "tools"), None, known)
        age = _MAX_AGE.search(response.headers.get("Cache-Control", ""))
        until = self._clock() + (int(age.group(1)) if age else 0)
        if kept and response.status_code == HTTPStatus.NOT_MODIFIED:
            return _Kept(kept.catalogue, kept.tag, until)
        return _Kept(parsed(Catalogue, response), response.headers.get("ETag", ""), until)

    def _steer(self, agent: str, verb: str, reason: str) -> None:
        # Not sent again by itself: the second of two is refused as done already.
        parsed(Answer, self._send("POST", named("agents", agent, verb), {"reason": reason}, None))

    def _post(self, result: type[Result], path: str, body: dict[str, Any], key: str | None, token: str | None = None) -> Result:
        person = {} if token is None else {_PERSON: token}
        return parsed(result, self._answer("POST", path, body, {"Idempotency-Key": key or str(uuid.uuid4()), **person}))

    def _answer(
        self, method: str, path: str, body: dict[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        for pause in _PAUSES:
            try:
                response = self._send(method, path, body, headers)
                if response.status_code not in RETRIED or governed(response):
                    return response
            except Unreachable:
                pass
            self._sleep(pause)
        return self._send(method, path, body, headers)

    def _send(self, method: str, path: str, body: dict[str, Any] | None, headers: Mapping[str, str] | None) -> requests.Response:
        timeout = (_CONNECT_SECONDS, _READ_SECONDS)
        try:
            return self._session.request(method, self._url + path, json=body, headers=headers, auth=self._auth(), timeout=timeout)
        except requests.RequestException as error:
            raise Unreachable(f"{self._url} does not answer ({type(error).__name__}).") from error

    def _auth(self) -> AWS4Auth:
        now = self._credentials if isinstance(self._credentials, Credentials) else self._credentials()
        key, secret, token = now.access_key_id, now.secret_access_key, now.session_token
        return AWS4Auth(key, secret, self._region, "execute-api", session_token=token, include_hdrs=_SIGNED)


class Part:
    """A part of the API that has a client of its own."""

    def __init__(self, client: RemitClient) -> None:
        self._client = client


def named(*path: str) -> str:
    """A path of the API, whatever its names are made of."""
    return "".join(f"/{quote(part, safe='')}" for part in path)
