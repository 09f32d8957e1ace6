from pathlib import Path

import pytest

from remit.local.script import Call, ScriptError, Situation, load

HEAD = "tools: [demo__act]\nrules:\n"


def written(folder: Path, rules: str) -> Path:
    path = folder / "demo.yaml"
    path.write_text(HEAD + rules)
    return path


def test_the_first_matching_rule_answers(tmp_path: Path) -> None:
    script = load(written(tmp_path, "- {when: {user: hello}, say: first}\n- {when: {}, say: second}\n"))
    assert script.answer(Situation(user="hello there")) == "first"
    assert script.answer(Situation(user="goodbye")) == "second"


def test_a_rule_that_says_nothing_of_results_speaks_before_there_is_one(tmp_path: Path) -> None:
    script = load(written(tmp_path, "- {when: {user: hello}, say: first}\n"))
    assert script.answer(Situation(user="hello", done="{}")) is None
    assert script.answer(Situation(user="hello", denied="no")) is None


def test_groups_fill_texts_and_nested_arguments(tmp_path: Path) -> None:
    rule = r"""- {when: {user: '(?P<name>\w+) owes \$(?P<sum>[\d.]+)'}, call: {tool: demo__act, arguments: {
        who: {names: ["{name}"]}, note: "{name}: {sum|cents} cents", amount: "{sum|cents}", sure: true}}}"""
    answer = load(written(tmp_path, rule)).answer(Situation(user="Ada owes $1.50"))
    assert answer == Call(tool="demo__act", arguments={"who": {"names": ["Ada"]}, "note": "Ada: 150 cents", "amount": 150, "sure": True})


def test_a_rule_may_rest_on_what_is_known_of_what_was_asked(tmp_path: Path) -> None:
    rules = r"""- {when: {user: 'in (?P<zone>\S+)', known: '{zone}: (?P<carrier>\w{1,9})'}, say: "{carrier}"}
- {when: {}, say: nobody}
"""
    script = load(written(tmp_path, rules))
    assert script.answer(Situation(user="in zone-B", known="zone-A: X\nzone-B: Y")) == "Y"
    assert script.answer(Situation(user="in zone-C", known="zone-A: X")) == "nobody"
    assert script.answer(Situation(user="in zone.B", known="zone-B: X")) == "nobody"


@pytest.mark.parametrize(
    ("rules", "complaint"),
    [
        ("- {when: {user: '('}, say: x}", r"demo\.yaml: rules\.0\.when\.user: .*not a regular expression"),
        ("- {when: {usr: x}, say: x}", r"rules\.0\.when\.usr: Extra inputs"),
        ("- {when: {user: x}}", r"rules\.0: .*give either call or say"),
        ("- {when: {user: x}, say: '{who}'}", r"rules\.0: .*\{who\} is no named group"),
        ("- {when: {user: '(?P<who>x)'}, say: '{who|upper}'}", r"unknown filter upper; there is cents"),
        ("- {when: {user: x}, call: {tool: a.b, arguments: {}}}", r"rules\.0\.call\.tool: String should match"),
        ("- [", r"demo\.yaml: not YAML"),
        ("  []", r"rules: .*at least 1 item"),
    ],
)
def test_a_wrong_rule_file_is_refused_naming_the_file_and_the_field(tmp_path: Path, rules: str, complaint: str) -> None:
    with pytest.raises(ScriptError, match=complaint):
        load(written(tmp_path, rules))


def test_a_script_speaks_where_one_of_its_tools_is_offered_or_for_its_prompt_where_none_is(tmp_path: Path) -> None:
    path = tmp_path / "demo.yaml"
    path.write_text("prompt: ^You are kind\n" + HEAD + "- {when: {}, say: hello}\n")
    script = load(path)
    assert [script.speaks({"demo__act"}, ""), script.speaks(set(), "You are kind.")] == [True, True]
    assert [script.speaks({"other__act"}, "You are kind."), script.speaks(set(), "You are not.")] == [False, False]
