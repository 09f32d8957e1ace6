"""The repository verifies clean; each file under violations/ breaks exactly one rule, which is found where it is broken."""

import shutil
from pathlib import Path

import pytest
import yaml

from remit.charters import CharterError, load_payloads
from remit.cli import inspection
from remit.cli.inspection import inspect
from remit.domain.model import Model
from remit.domain.payload import Payload
from remit.generated import generated

VIOLATIONS = sorted((Path(__file__).parent / "violations").glob("*.yaml"))
SHADOW = (
    '@id("refunds.tiny") @reason("Too little.") @mode("shadow") forbid (principal, action, resource) when { context.payload.amount < 5 };'
)


class Edit(Model):
    file: str
    old: str
    new: str


class Violation(Model):
    """What is changed in the repository, and the finding: its file, a part of the line it points at, and its words."""

    edits: tuple[Edit, ...]
    file: str
    line: str
    says: str


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The refunds domain alone, to be changed."""
    (tmp_path / "charters").mkdir()
    for name in ("refunds.yaml", "charter.schema.json"):
        shutil.copy(Path("charters") / name, tmp_path / "charters")
    shutil.copytree("policies/refunds", tmp_path / "policies" / "refunds")
    (tmp_path / "statemachines").mkdir()
    for name in ("refunds.asl.json", "action.asl.json", "undo.asl.json"):
        shutil.copy(Path("statemachines") / name, tmp_path / "statemachines")
    return tmp_path


def change(root: Path, edit: Edit) -> None:
    for path in sorted(root.glob(edit.file)):
        text = path.read_text()
        assert edit.old in text, f"{path} has no {edit.old!r} any more"
        path.write_text(text.replace(edit.old, edit.new))


def generate(root: Path) -> None:
    """As an author would after a change, who then reviews what was generated."""
    try:
        for path, text in generated(root).items():
            path.write_text(text)
    except CharterError:
        pass


def test_the_repository_verifies_clean() -> None:
    assert inspect(Path.cwd()) == ()


@pytest.mark.parametrize("path", VIOLATIONS, ids=lambda path: path.stem)
def test_a_violation_is_found_where_it_is_and_nothing_else_is(path: Path, root: Path) -> None:
    violation = Violation.model_validate(yaml.safe_load(path.read_text()))
    for edit in violation.edits:
        change(root, edit)
    if not any(edit.file.endswith("schema.json") for edit in violation.edits):
        generate(root)
    (finding,) = inspect(root)
    assert str(finding) == f"{violation.file}:{finding.line}: {violation.says}"
    assert violation.line in (root / violation.file).read_text().splitlines()[finding.line - 1]


def test_a_rule_in_shadow_mode_needs_no_case(root: Path) -> None:
    with (root / "policies/refunds/policies.cedar").open("a") as file:
        file.write(SHADOW)
    assert inspect(root) == ()


def test_a_domain_without_rules_is_a_finding(root: Path) -> None:
    (root / "policies/refunds/policies.cedar").unlink()
    assert [(finding.rule, finding.what) for finding in inspect(root)] == [("rules-refused", "there is no such file")]


def test_a_payload_that_cedar_has_no_type_for_is_a_finding(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class IssueRefund(Payload):
        account_id: str
        order_id: str
        amount: float

    models = load_payloads("refunds")
    monkeypatch.setattr(inspection, "load_payloads", lambda _: {**models, "IssueRefund": IssueRefund})
    assert [str(finding) for finding in inspect(root)] == [
        "tools/refunds/payloads.py:1: [payload-without-type] IssueRefund.amount: Cedar has no type for <class 'float'>. "
        "Give the field a type that Cedar has."
    ]


def test_a_schema_that_was_never_generated_is_a_finding(root: Path) -> None:
    (root / "policies/refunds/schema.json").unlink()
    assert [finding.rule for finding in inspect(root)] == ["schema-out-of-date"]


def test_two_workflows_of_one_name_are_a_finding(root: Path) -> None:
    change(root, Edit(file="charters/refunds.yaml", old="  refunds: {agent", new="  refunds-action: {agent"))
    assert [finding.rule for finding in inspect(root) if finding.file.startswith("charters")] == ["charter-refused"]


def test_findings_come_in_the_order_of_their_files(root: Path) -> None:
    change(root, Edit(file="charters/refunds.yaml", old="escalation: []", new="escalation: [finance]"))
    change(root, Edit(file="policies/refunds/cases/DENY/closed-account.json", old="closed", new="open"))
    assert [finding.file for finding in inspect(root)] == ["charters/refunds.yaml", "policies/refunds/cases/DENY/closed-account.json"]
