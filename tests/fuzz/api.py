"""Requests that docs/openapi.json allows, and ones that it does not, to the deployed API: what the answers must never be."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from requests import Session
from requests_aws4auth import AWS4Auth
from schemathesis import Case
from schemathesis.core.result import Err
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation

from remit.cli.demo.world import World
from remit.local.cloud import CloudState

Operation = APIOperation[Any, Any, Any, Any]
Request = Case[Any]

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
# What a caller is never shown: Python's and the framework's own words about an error.
_INSIDES = re.compile(r"Traceback|File \"/|\.py\", line|botocore|pydantic|Internal server error", re.IGNORECASE)
_QUOTES = re.compile(r"[\"'\\]")
_KINDS = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
# Aimed at what exists, so that what is made up reaches further than the first name.
_AIMS = {
    ("POST", "/intents"): {"agent": "support", "tool": "refunds.issue_refund"},
    ("POST", "/facts"): {"namespace": "logistics"},
}


_PAGES = ("/approvals/ID", "/inbox", "/inbox/ID", "/signed-in")


def operations() -> Iterator[Operation]:
    """Raises InvalidSchema for one that the document does not describe well."""
    for found in schemathesis.openapi.from_path(DOCUMENT).get_all_operations():
        if isinstance(found, Err):
            raise found.err()
        yield found.ok()


def cases(operation: Operation) -> st.SearchStrategy[Request]:
    """Valid and invalid ones, half of those with a body aimed at what exists."""
    made = st.one_of([operation.as_strategy(generation_mode=kind) for kind in _KINDS])
    return st.tuples(made, st.booleans()).map(lambda drawn: _aimed(*drawn))


def _aimed(case: Request, aim: bool) -> Request:
    aims = _AIMS.get((case.method.upper(), case.operation.path), {})
    if aim and isinstance(case.body, dict):
        case.body = {**case.body, **aims}
        # A person's token that is not good would be the first thing refused.
        case.headers.pop("Remit-Delegation", None)
    return case


def problem(case: Request, world: World, auth: AWS4Auth, session: Session) -> str | None:
    """What is wrong with the answer, if anything is. A generator's own credentials are replaced by a real signature."""
    case.headers.pop("Authorization", None)
    for name, value in case.headers.items():
        case.headers[name] = sendable(value)
    answer = case.call(base_url=world.url, session=session, auth=auth, timeout=60)
    sent = answer.request
    return _wrong(answer.status_code, answer.text, f"{sent.method} {sent.url} {sent.body!r}")


def sendable(value: str) -> str:
    """What of a header can be sent: whoever signs requests here reads headers as a shell reads words, and none that is quoted to no end;
    and none begins with a space, not even where a quote was taken from before it."""
    return _QUOTES.sub("", value).strip()


def _wrong(status: int, text: str, asked: str) -> str | None:
    if status >= 500:
        return f"{status} to {asked}"
    return f"its insides in the answer to {asked}: {text[:300]}" if _INSIDES.search(text) else None


def sweep_pages(world: World, examples: int, seed: int) -> None:
    """The same for what people open without a signature, which is not in the document: approvals and the inbox."""
    words = st.text(max_size=30) | st.sampled_from(["approve", "reject", "0" * 40])
    fields = st.dictionaries(st.sampled_from(["token", "verdict", "comment", "form", "code", "state"]) | words, words, max_size=5)
    with Session() as session:

        @seeded(seed)
        @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(st.sampled_from(["GET", "POST"]), st.sampled_from(_PAGES), words, fields, fields)
        def answered(method: str, page: str, named: str, query: dict[str, str], form: dict[str, str]) -> None:
            url = world.url + page.replace("ID", quote(named, safe="") or "0")
            answer = session.request(method, url, params=query, data=form, timeout=60, allow_redirects=False)
            assert _wrong(answer.status_code, answer.text, f"{method} {url} {query} {form}") is None

        answered()


def sweep(operation: Operation, state: CloudState, world: World, examples: int, seed: int) -> None:
    """Raises AssertionError with the smallest request found that is answered as none may be."""
    auth = AWS4Auth(state.admin.access_key_id, state.admin.secret_access_key, state.region, "execute-api")
    with Session() as session:

        @seeded(seed)
        @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=cases(operation))
        def answered(case: Request) -> None:
            assert problem(case, world, auth, session) is None

        answered()
