"""A charter is refused with its file, line and field; each file under violations/ breaks one rule and says so in its first line."""

import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from remit.charters import CharterError, load_charter, load_charters
from remit.domain.payload import Payload

VIOLATIONS = sorted((Path(__file__).parent / "violations").glob("*/*.yaml"))
REFUNDS = Path("charters/refunds.yaml")


@pytest.mark.parametrize("path", VIOLATIONS, ids=lambda path: path.parent.name)
def test_a_violation_is_named_with_file_line_and_field(path: Path) -> None:
    expected = path.read_text().splitlines()[0].removeprefix("# ")
    with pytest.raises(CharterError) as caught:
        load_charter(path)
    assert str(caught.value) == f"{path}:{expected}"


def test_the_committed_charters_are_valid() -> None:
    assert [charter.domain for charter in load_charters(Path("charters"))] == sorted(path.stem for path in Path("charters").glob("*.yaml"))


def test_a_file_that_is_not_utf8_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "refunds.yaml"
    path.write_bytes(b"domain: \xff")
    with pytest.raises(CharterError, match=r"refunds\.yaml:1: this is not YAML text in UTF-8$"):
        load_charter(path)


def test_a_python_object_in_a_charter_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "refunds.yaml"
    path.write_text("domain: refunds\ndescription: !!python/object/apply:os.getcwd []\n")
    with pytest.raises(CharterError, match=r"refunds\.yaml:2: could not determine a constructor"):
        load_charter(path)


def test_two_workflows_never_share_a_name(tmp_path: Path) -> None:
    text = REFUNDS.read_text()
    (tmp_path / "refunds.yaml").write_text(text.replace("  refunds: {agent: support", "  refunds-action: {agent: support"))
    with pytest.raises(CharterError, match=r"workflows\.refunds-action: .*refunds\.yaml already has a workflow of this name$"):
        load_charters(tmp_path)


def a_charter(folder: Path, monkeypatch: pytest.MonkeyPatch, domain: str, agent: str, table: str) -> None:
    """A charter of one agent and one table, with the payloads that it names."""
    payloads = ModuleType(f"tools.{domain}.payloads")
    payloads.__dict__["Read"] = type("Read", (Payload,), {"__annotations__": {"id": str}, "__module__": payloads.__name__})
    monkeypatch.setitem(sys.modules, payloads.__name__, payloads)
    tool = {"description": "D", "effect": "read", "reach": "record", "payload": "Read", "resource": {"type": "R", "field": "id"}}
    charter = {
        "domain": domain,
        "description": "D",
        "agents": {agent: {"description": "D", "prompt": "p.v1", "tools": ["a.read"]}},
        "tools": {"a.read": tool},
        "tables": {table: {"key": "id"}},
        **{part: {} for part in ("facts", "routes", "workflows")},
    }
    (folder / f"{domain}.yaml").write_text(yaml.safe_dump(charter))


@pytest.mark.parametrize(
    ("first", "second", "problem"),
    [
        (("stock", "clerk", "one"), ("trade", "clerk", "two"), r"agents\.clerk: .*stock\.yaml already has an agent of this name$"),
        (
            ("stock", "eu-clerk", "one"),
            ("stock-eu", "clerk", "two"),
            r"agents\.eu-clerk: .*stock-eu\.yaml already has an agent's role of this name$",
        ),
        (("stock", "clerk", "eu-one"), ("stock-eu", "buyer", "one"), r"tables\.eu-one: .*stock-eu\.yaml already has a table of this name$"),
    ],
)
def test_no_two_charters_claim_one_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: tuple[str, str, str], second: tuple[str, str, str], problem: str
) -> None:
    for each in (first, second):
        a_charter(tmp_path, monkeypatch, *each)
    with pytest.raises(CharterError, match=problem):
        load_charters(tmp_path)


def test_only_charters_are_read_from_the_folder(tmp_path: Path) -> None:
    shutil.copy(REFUNDS, tmp_path)
    (tmp_path / "charter.schema.json").write_text("{}")
    assert len(load_charters(tmp_path)) == 1
