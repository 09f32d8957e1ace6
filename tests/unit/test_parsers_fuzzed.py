"""What reads charters, state machines, payloads, policies and tokens reads whatever it is given, or refuses it with its own error."""

import base64
import copy
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remit.charters import CharterError, load_charter, load_payloads
from remit.domain.asl.machine import read_machine
from remit.domain.asl.source import AslError
from remit.domain.errors import InvalidPayload, Unauthenticated
from remit.domain.payload import parse_payload
from remit.domain.policy import split_policies
from tests.fakes.pool import CLAIMS, token, tokens

ROOT = Path(__file__).resolve().parents[2]
CHARTERS = {path: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("charters/*.yaml"))}
MACHINES = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("statemachines/*.json"))]
PAYLOADS = [model for path in CHARTERS for _, model in sorted(load_payloads(path.stem).items())]
POLICIES = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("policies/*/policies.cedar"))]
# Some examples write a file.
slow = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    scalars, lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=10), inside, max_size=3), max_leaves=6
)


def places(value: Any, here: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:  # noqa: ANN401 (any part of a document)
    """Where something stands in it, but for the whole."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for name, part in parts for place in ((*here, name), *places(part, (*here, name)))]


@st.composite
def damaged(draw: st.DrawFn, documents: list[Any]) -> Any:  # noqa: ANN401
    """A document that is right but for one to three places, where something is missing or something else stands."""
    document = copy.deepcopy(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(1, 3))):
        *above, last = draw(st.sampled_from(places(document)))
        around = document
        for name in above:
            around = around[name]
        if draw(st.booleans()):
            around[last] = draw(anything)
        else:
            del around[last]
    return document


@slow
@given(st.sampled_from(sorted(CHARTERS)), st.data())
def test_a_damaged_charter_is_read_or_refused(tmp_path: Path, path: Path, data: st.DataObject) -> None:
    written = tmp_path / path.name
    written.write_text(yaml.safe_dump(data.draw(damaged([CHARTERS[path]]))), encoding="utf-8")
    with suppress(CharterError):
        load_charter(written)


@slow
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_charter_at_all_is_refused(tmp_path: Path, content: bytes) -> None:
    written = tmp_path / "refunds.yaml"
    written.write_bytes(content)
    try:
        load_charter(written)
    except CharterError:
        return
    raise AssertionError(content)


@given(damaged(MACHINES))
def test_a_damaged_state_machine_is_read_or_refused(machine: Any) -> None:  # noqa: ANN401
    with suppress(AslError):
        read_machine(json.dumps(machine))


@given(st.text() | anything.map(json.dumps))
def test_no_state_machine_at_all_is_refused(text: str) -> None:
    try:
        read_machine(text)
    except AslError:
        return
    raise AssertionError(text)


@given(st.sampled_from(PAYLOADS), st.data())
def test_a_payload_is_read_or_refused(model: Any, data: st.DataObject) -> None:  # noqa: ANN401
    named = st.fixed_dictionaries({}, optional=dict.fromkeys(model.model_fields, anything))
    with suppress(InvalidPayload):
        parse_payload(model, {**data.draw(st.dictionaries(st.text(max_size=10), anything, max_size=2)), **data.draw(named)})


@given(st.text() | st.tuples(st.sampled_from(POLICIES), st.integers(0, 2_000), st.text(max_size=8)).map(lambda d: d[0][: d[1]] + d[2]))
def test_policies_are_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        split_policies(text)


def _segment(value: Any) -> str:  # noqa: ANN401
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@given(st.text() | st.tuples(anything, anything, st.text(max_size=20)).map(lambda d: f"{_segment(d[0])}.{_segment(d[1])}.{d[2]}"))
def test_no_text_is_somebodys_token(text: str) -> None:
    try:
        tokens().verify(text)
    except Unauthenticated:
        return
    raise AssertionError(text)


@given(st.dictionaries(st.sampled_from(sorted(set(CLAIMS) - {"iss", "aud"})), anything, min_size=1, max_size=3))
def test_what_the_pool_itself_signed_is_somebody_or_refused(claims: dict[str, Any]) -> None:
    with suppress(Unauthenticated):
        tokens().verify(token(**claims))
