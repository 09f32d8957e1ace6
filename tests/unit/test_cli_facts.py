"""remit facts, from the command line through the API's own handler to a memory in a dictionary."""

import json
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from lambdas.api import facts as routes
from lambdas.api import handler
from remit.cli import facts as commands
from remit.cli import main as entry
from remit.cli.main import main
from remit.client import Credentials, RemitClient
from remit.usecases.fact_desk import FactDesk
from tests.fakes.clock import FixedClock
from tests.fakes.facts import fact_desk
from tests.fakes.http import Context, event
from tests.fakes.reading import ReadingRoom, recorded, says

OLIVIA = "arn:aws:iam::000000000000:user/olivia"
PLANNER = "arn:aws:sts::000000000000:assumed-role/remit-test-logistics-planner-agent/run-1"


class Gateway(requests.adapters.BaseAdapter):
    """Hands each request to the API's handler, as signed by one caller."""

    def __init__(self) -> None:
        super().__init__()
        self.caller = OLIVIA

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        address = urlsplit(str(request.url))
        body = request.body.decode() if isinstance(request.body, bytes) else request.body
        given = event(str(request.method), address.path, body=body, query=dict(parse_qsl(address.query)), caller=self.caller)
        # The metrics of a Lambda are its output.
        with redirect_stdout(StringIO()):
            answer = handler.handler(given, Context())
        response = requests.Response()
        response.status_code, response._content = answer["statusCode"], str(answer["body"]).encode()
        return response

    def close(self) -> None:
        return None

    def client(self) -> RemitClient:
        session = requests.Session()
        session.mount("https://", self)
        return RemitClient("https://api.example", "us-east-1", Credentials("key", "secret"), session=session)


class Result(NamedTuple):
    code: object
    out: str
    err: str


Remit = Callable[..., Result]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch, clock: FixedClock) -> Gateway:
    class Ports:
        facts: FactDesk = fact_desk(clock)

    gateway = Gateway()
    monkeypatch.setattr(routes, "ports", Ports)
    monkeypatch.setattr(commands, "find_target", lambda: gateway)
    return gateway


@pytest.fixture
def remit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], gateway: Gateway) -> Remit:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(entry, "ended_by_signals", lambda: None)

    def call(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["remit", "facts", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return Result(ended.value.code, *capsys.readouterr())

    return call


def test_a_fact_is_added_updated_and_retracted_with_what_came_of_it(remit: Remit) -> None:
    assert remit("add", "logistics:zone-B", "carrier", "Carrier X").out == "ADDED logistics:zone-B/carrier version 1\n"
    updated = remit("update", "logistics:zone-B", "carrier", "Carrier Y", "--version", "1")
    assert updated.out == "UPDATED logistics:zone-B/carrier version 2, after version 1 by owner\n"
    assert remit("update", "logistics:zone-B", "carrier", "Carrier Y").out == "Nothing new: version 2 says the same.\n"
    assert remit("retract", "logistics:zone-B", "carrier").out == "RETRACTED logistics:zone-B/carrier version 3, after version 2 by owner\n"
    assert remit("retract", "logistics:zone-B", "carrier").out == "Nothing new: it is retracted already.\n"


@pytest.mark.parametrize(
    ("predicate", "typed", "value"),
    [
        ("carrier", "Carrier X", "Carrier X"),
        ("carrier", '"5"', "5"),
        ("carrier", "{X", "{X"),
        ("limit", "-5", -5),
        ("paused", "false", False),
        ("carriers", '["X", "Y"]', ["X", "Y"]),
    ],
)
def test_a_value_is_a_text_or_json(remit: Remit, predicate: str, typed: str, value: object) -> None:
    assert remit("add", "logistics:zone-B", predicate, "--", typed).code == 0
    assert json.loads(remit("get", "logistics:zone-B", predicate, "--json").out)["value"] == value


def test_a_history_reads_like_a_changelog(remit: Remit, clock: FixedClock) -> None:
    remit("add", "logistics:zone-B", "carrier", "Carrier X", "--source", "mail-7[12:40]")
    clock.pause(3600)
    remit("update", "logistics:zone-B", "carrier", "Carrier Y")
    clock.pause(3600)
    remit("retract", "logistics:zone-B", "carrier")
    assert remit("history", "logistics:zone-B", "carrier").out.splitlines() == [
        "logistics:zone-B/carrier",
        "  v3  retracted",
        "      retracted; by owner (user/olivia), 22 Nov 2026 14:00:00 UTC",
        "  v2  Carrier Y",
        "      retracted until 22 Nov 2026 14:00:00 UTC; by owner (user/olivia), 22 Nov 2026 13:00:00 UTC",
        "  v1  Carrier X",
        "      superseded until 22 Nov 2026 13:00:00 UTC; by owner (user/olivia), 22 Nov 2026 12:00:00 UTC, in mail-7[12:40]",
    ]


def test_a_lower_authority_is_told_what_stands_and_who_decides(remit: Remit, gateway: Gateway) -> None:
    remit("add", "logistics:zone-B", "carrier", "Carrier X")
    gateway.caller = PLANNER
    refused = remit("update", "logistics:zone-B", "carrier", "Carrier Y")
    assert refused.code == 3
    assert refused.out.startswith("CONFLICT: version 1 stands, by owner; your claim ")
    gateway.caller = OLIVIA
    told = remit("conflicts", "logistics").out
    assert told.startswith("logistics:zone-B/carrier: agent (assumed-role/")
    assert told.endswith("says against version 1: it is Carrier Y; owner decides\n")
    remit("update", "logistics:zone-B", "carrier", "Carrier Z")
    assert remit("conflicts", "logistics").out == "Nothing waits for a human.\n"


def test_a_context_is_what_the_model_reads(remit: Remit, clock: FixedClock) -> None:
    assert remit("context", "planner").out == "Nothing stands in its namespaces that it may be shown.\n"
    remit("add", "logistics:zone-B", "carrier", "Carrier X")
    clock.pause(3600)
    remit("update", "logistics:zone-B", "carrier", "Carrier Y")
    assert json.loads(remit("context", "planner").out)["value"] == "Carrier Y"
    assert json.loads(remit("context", "planner", "--as-of", "2026-11-22T12:30:00").out)["value"] == "Carrier X"


def test_what_was_held_before_is_told_for_its_moment(remit: Remit, clock: FixedClock) -> None:
    remit("add", "logistics:zone-B", "carrier", "Carrier X", "--valid-from", "2026-11-01", "--valid-until", "2027-01-01")
    clock.pause(3600)
    remit("update", "logistics:zone-B", "carrier", "Carrier Y")
    assert remit("get", "logistics:zone-B", "carrier", "--as-of", "2026-11-22T12:30:00").out.startswith(
        "logistics:zone-B/carrier is Carrier X\n  version 1, by owner"
    )
    late = remit("get", "logistics:zone-B", "carrier", "--as-of", "2026-11-22 13:00:00", "--valid-at", "2026-11-02")
    assert late.out.startswith("logistics:zone-B/carrier is Carrier X\n")


def test_what_a_fact_follows_from_is_told_with_it(remit: Remit) -> None:
    remit("add", "logistics:zone-B", "carrier", "Carrier X")
    remit("add", "logistics:zone-B", "limit", "7", "--derived-from", "logistics:zone-B/carrier@1", "--confidentiality", "secret")
    shown = remit("get", "logistics:zone-B", "limit").out
    assert shown.endswith(", from logistics:zone-B/carrier version 1\n")
    assert json.loads(remit("get", "logistics:zone-B", "limit", "--json").out)["labels"]["confidentiality"] == "secret"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("add", "zone-B", "carrier", "X"),
            "remit: 'zone-B' does not say what the fact is about: give NAMESPACE:SUBJECT, such as logistics:zone-B.\n",
        ),
        (("add", "logistics:zone-B", "colour", "X"), "predicate: 'colour' is not declared for the namespace 'logistics'"),
        (("add", "logistics:zone-B", "limit", "many"), "value: is not a Long"),
        (("update", "logistics:zone-B", "carrier", "X"), "key: logistics:zone-B/carrier has never been stated: add it"),
        (("update", "logistics:zone-B", "carrier", "X", "--version", "2"), "the current version of logistics:zone-B/carrier is 0, not 2"),
        (("add", "logistics:zone-B", "carrier", "X", "--valid-from", "2027-01-01"), "valid_from: is in the future"),
        (("add", "logistics:zone-B", "carrier", "X", "--derived-from", "elsewhere"), "'elsewhere' is no version of a fact"),
        (("get", "logistics:zone-B", "carrier"), "nothing is held of logistics:zone-B/carrier now"),
        (("context", "nobody"), "There is no agent 'nobody' with a memory."),
    ],
)
def test_whatever_goes_wrong_is_one_line_that_says_what(remit: Remit, arguments: tuple[str, ...], said: str) -> None:
    result = remit(*arguments)
    assert (result.code, result.out) == (1, "")
    assert said in result.err
    assert result.err.count("\n") == 1


def test_who_has_no_authority_is_told_where_it_would_come_from(remit: Remit, gateway: Gateway) -> None:
    gateway.caller = "arn:aws:iam::000000000000:user/stranger"
    result = remit("add", "logistics:zone-B", "carrier", "X")
    assert result.code == 1
    assert "Remit.NoAuthority: authority: the charter logistics gives arn:aws:iam::000000000000:user/stranger none" in result.err
    assert "execute-api" not in result.err


@pytest.mark.parametrize(
    "command",
    [
        ("add", "logistics:zone-C", "carrier", "X"),
        ("update", "logistics:zone-B", "carrier", "Y"),
        ("retract", "logistics:zone-B", "carrier"),
        ("get", "logistics:zone-B", "carrier"),
        ("history", "logistics:zone-B", "carrier"),
        ("context", "planner"),
        ("conflicts", "logistics"),
        ("suggestions", "logistics"),
    ],
    ids=lambda command: command[0],
)
def test_every_command_speaks_json(remit: Remit, command: tuple[str, ...]) -> None:
    remit("add", "logistics:zone-B", "carrier", "X")
    assert json.loads(remit(*command, "--json").out) is not None


def test_a_suggestion_is_listed_and_taken_up_by_how_its_id_begins(remit: Remit, gateway: Gateway) -> None:
    remit("add", "logistics:zone-B", "carrier", "X")
    gateway.caller = PLANNER
    remit("update", "logistics:zone-B", "carrier", "Y")
    gateway.caller = OLIVIA
    (conflict,) = json.loads(remit("conflicts", "logistics", "--json").out)
    assert remit("suggestions", "logistics").out == "Nobody has suggested anything that does not stand already.\n"
    assert remit("adopt", "logistics", "zz").err.startswith("remit: 0 claims of logistics begin with 'zz'")
    taken_up = remit("adopt", "logistics", conflict["id"][:8])
    assert taken_up.out == "UPDATED logistics:zone-B/carrier version 2, after version 1 by owner\n"


class Reading:
    """The API's ports over logs that are read at once."""

    def __init__(self, room: ReadingRoom) -> None:
        self.extract, self.facts = room.desk, room.desk.desk


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch, gateway: Gateway) -> ReadingRoom:
    room = ReadingRoom()
    monkeypatch.setattr(routes, "ports", lambda: Reading(room))
    return room


LOG = "Rule: use Carrier X for Zone B\nShould we try regional couriers for Zone B?\nWho takes Zone D?\n"


def test_a_log_is_read_and_what_came_of_each_statement_is_told(remit: Remit, room: ReadingRoom, tmp_path: Path) -> None:
    file = tmp_path / "call.txt"
    file.write_text(LOG)
    idea = says("Should we try regional couriers for Zone B?", "regional couriers", "suggestion")
    answer = recorded(says("Rule: use Carrier X for Zone B"), idea, {"says": "question", "quote": "Who takes Zone D?"})
    seen = room.read(LOG, answer)
    lines = remit("extract", str(file)).out.splitlines()
    assert lines[0] == f"{seen.run}: log {seen.log[:12]} read for logistics, by owner; 3 statements"
    assert lines[1:3] == ["  ADDED logistics:zone-B/carrier version 1", "      decision: “Rule: use Carrier X for Zone B” [0:30]"]
    assert lines[3].startswith("  SUGGESTION logistics:zone-B/carrier ")
    assert lines[5:] == ["  RECORDED", "      question: “Who takes Zone D?” [75:92]", f"To see why: remit trace {seen.run}"]
    assert json.loads(remit("extract", str(file), "--json").out)["statements"][0]["result"] == "ADDED"
    assert remit("history", "logistics:zone-B", "carrier").out.endswith(f"UTC, in log {seen.log[:12]}[0:30]\n")
    assert "suggests that it be regional couriers" in remit("suggestions", "logistics").out


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff\xfe", "is no text in UTF-8."), (None, "cannot be read: No such file or directory."), (b" ", "log: says nothing")],
)
def test_a_file_that_is_no_log_is_one_line_that_says_so(
    remit: Remit, room: ReadingRoom, tmp_path: Path, content: bytes | None, said: str
) -> None:
    file = tmp_path / "call.txt"
    if content is not None:
        file.write_bytes(content)
    result = remit("extract", str(file))
    assert (result.code, result.out) == (1, "")
    assert said in result.err
