"""remit init and remit import: what they write loads, decides safely, and says what is left to a human."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from remit.domain.tool_spec import Effect
from remit.scaffold.documents import read_document
from remit.scaffold.draft import draft
from remit.scaffold.payloads import payload_module, subject_of
from remit.scaffold.schemas import field_name, snake
from remit.scaffold.sketch import CannotDraft, Sketch, ToolSketch

DOCUMENTS = Path(__file__).parents[1] / "fakes" / "documents"
IMPORTS = {"openapi": "shop.openapi.yaml", "mcp": "files.mcp.json", "jsonschema": "transfer.schema.json"}
PARTS = ("charters", "policies", "prompts", "tools", "statemachines")
FOUND = re.compile(r"^(?P<file>[^:]+):(?P<line>\d+): \[(?P<rule>[a-z-]+)\]")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository's domains, to which others are added."""
    root = tmp_path_factory.mktemp("checkout")
    for part in PARTS:
        shutil.copytree(Path(__file__).parents[2] / part, root / part)
    return root


def remit(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "from remit.cli.main import main; main()", *arguments]
    return subprocess.run(program, cwd=root, env={**os.environ, "COLUMNS": "200"}, capture_output=True, text=True, check=False)


def findings(root: Path, domain: str) -> list[tuple[str, int, str]]:
    found = [match for line in remit(root, "verify").stdout.splitlines() if (match := FOUND.match(line))]
    return [(each["file"], int(each["line"]), each["rule"]) for each in found if domain in each["file"]]


def unmarked(root: Path, found: list[tuple[str, int, str]]) -> list[tuple[str, int, str]]:
    return [each for each in found if "FILL:" not in (root / each[0]).read_text().splitlines()[each[1] - 1]]


def sketched(kind: str, domain: str = "shop") -> Sketch:
    tools = read_document((DOCUMENTS / IMPORTS[kind]).read_text(), kind, domain)
    return Sketch(domain=domain, agent=domain, origin=IMPORTS[kind], tools=tools)


def tools_of(kind: str) -> dict[str, ToolSketch]:
    return {tool.own_name: tool for tool in sketched(kind).tools}


def test_a_domain_that_is_begun_has_nothing_left_but_what_is_marked(checkout: Path) -> None:
    done = remit(checkout, "init", "records", "--agent", "clerk", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = findings(checkout, "records")
    assert (len(found), {rule for _, _, rule in found}) == (len(json.loads(done.stdout)["left"]), {"left-to-fill"})
    assert unmarked(checkout, found) == []


@pytest.mark.parametrize("kind", IMPORTS)
def test_what_is_imported_has_nothing_left_but_what_is_marked(checkout: Path, kind: str) -> None:
    domain = f"from-{kind}".replace("openapi", "api")
    done = remit(checkout, "import", kind, str(DOCUMENTS / IMPORTS[kind]), "--domain", domain.replace("-", ""))
    assert (done.returncode, done.stderr) == (0, "")
    found = findings(checkout, domain.replace("-", ""))
    assert unmarked(checkout, found) == []
    assert {rule for _, _, rule in found} <= {"left-to-fill", "policy-without-case"}


def test_a_document_names_its_domain_where_nobody_else_does(checkout: Path) -> None:
    done = remit(checkout, "import", "openapi", str(DOCUMENTS / IMPORTS["openapi"]), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert "charters/shop.yaml" in json.loads(done.stdout)["files"]
    assert unmarked(checkout, findings(checkout, "shop")) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["init", "refunds"], "charters/refunds.yaml is there already: nothing was written."),
        (["init", "Orders"], "names are like my-orders"),
        (["init", "others", "--agent", "support"], "The domain refunds has an agent 'support' already"),
    ],
)
def test_a_name_that_cannot_be_had_is_said(checkout: Path, arguments: list[str], said: str) -> None:
    done = remit(checkout, *arguments)
    assert (done.returncode, said in done.stderr, len(done.stderr.splitlines())) == (1, True, 1)
    assert not (checkout / "charters" / "others.yaml").exists()


def test_what_is_not_known_is_irreversible_and_asks_a_human() -> None:
    assert {name: tool.effect for name, tool in tools_of("openapi").items()} == {
        "list_orders": Effect.READ,
        "create_order": Effect.IRREVERSIBLE,
        "put_orders_order_id": Effect.IRREVERSIBLE,
        "delete_orders_order_id": Effect.IRREVERSIBLE,
    }
    files = draft(sketched("openapi"))
    assert files["charters/shop.yaml"].count("reach: account") == 4
    assert files["charters/shop.yaml"].count("escalation: [owner]") == 3
    assert 'action in Remit::Action::"effect:irreversible"' in files["policies/shop/policies.cedar"]


def test_a_hint_of_an_mcp_server_makes_no_tool_harmless() -> None:
    tools = tools_of("mcp")
    assert {tool.effect for tool in tools.values()} == {Effect.IRREVERSIBLE}
    assert "Hints, which nobody can rely on: readOnlyHint: true" in draft(sketched("mcp"))["charters/shop.yaml"]


def test_a_tool_that_nobody_has_written_does_nothing() -> None:
    tree = ast.parse(draft(sketched("openapi"))["tools/shop/actions.py"])
    methods = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "execute"]
    assert len(methods) == 4
    assert all(isinstance(method.body[-1], ast.Raise) for method in methods)


def test_payloads_are_closed_bounded_and_say_what_policies_cannot_see() -> None:
    text = payload_module(sketched("openapi"))
    for line in (
        "    shop_id: Annotated[str, Field(min_length=2, max_length=500)]",
        "    limit: Annotated[int, Field(ge=1, le=100)] | None = None",
        "    name: Annotated[str, Field(max_length=40)]",
        '    kind: Literal["gift", "own"]',
        "    class_: Text | None = None",
        "    buyer: CreateOrderBuyer | None = None",
        "    tags: Annotated[tuple[Text, ...], Field(max_length=5)] | None = None",
        "    # FILL: its pattern cannot be checked here: ^(?=O)[A-Z0-9]+$",
    ):
        assert line in text.splitlines()
    assert text.index("class CreateOrderBuyer(Payload)") < text.index("class CreateOrder(Payload)")
    assert "X-Trace" not in text
    assert text.count("# FILL:") == 5


def test_the_record_is_most_likely_what_a_required_identifier_names() -> None:
    tools = tools_of("openapi")
    assert {name: subject_of(tool) for name, tool in tools.items()} == {
        "list_orders": "shop_id",
        "create_order": "shop_id",
        "put_orders_order_id": "orderId",
        "delete_orders_order_id": "orderId",
    }
    assert subject_of(tools_of("mcp")["wipe"]) == "subject"


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("{not json", "openapi", "neither JSON nor YAML"),
        ("swagger: '2.0'", "openapi", "no OpenAPI 3 document"),
        ("openapi: 3.0.0", "openapi", "no tool"),
        ("[]", "mcp", "no tool"),
        ('[{"description": "nameless"}]', "mcp", "tool 1 has no name"),
        ('{"type": "string"}', "jsonschema", "no JSON schema of an object"),
        ("", "mcp", "no tool"),
        ("just words", "openapi", "no OpenAPI 3 document"),
    ],
)
def test_a_document_that_is_none_is_refused_in_a_sentence(text: str, kind: str, said: str) -> None:
    with pytest.raises(CannotDraft, match=said):
        read_document(text, kind, "shop")


@pytest.mark.parametrize(
    ("given", "fit"), [("order-id", "order_id"), ("class", "class_"), ("2nd", "n2nd"), ("json", "json_"), ("_x", "x"), ("é", "field")]
)
def test_a_field_gets_a_name_that_python_takes(given: str, fit: str) -> None:
    assert field_name(given, ()) == fit


@pytest.mark.parametrize("given", ["createOrder", "create-order", "Create Order", "create_order"])
def test_a_tool_gets_a_name_that_charters_take(given: str) -> None:
    assert snake(given) == "create_order"


def test_no_text_of_a_document_becomes_code() -> None:
    evil: dict[str, Any] = {"title": "pay", "type": "object", "description": 'x"""\nimport os\n"""', "properties": {}}
    evil["properties"] = {'a"\nimport os': {"type": "string", "pattern": '^"\n$'}, "b": {"enum": ['"]\nimport os\n["']}}
    tools = read_document(json.dumps(evil), "jsonschema", "shop")
    sketch = Sketch(domain="shop", agent="shop", origin='x"""\nimport os', tools=tools)
    for path, text in draft(sketch).items():
        if path.endswith(".py"):
            imports = [node.names[0].name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import)]
            assert imports == []
