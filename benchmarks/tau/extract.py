"""Cuts the corpus out of the full evaluation files: `python -m benchmarks.tau.extract [FOLDER]`.

Kept of a task: what its user says, and each write call with what the original tool answered. All other files are copied.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parent / "corpus"
SOURCE = CORPUS.parents[3] / "shared" / "evaluation"
_COPIED = {
    "tau_forbidden_derived.jsonl": "forbidden.jsonl",
    "tau_policy_retail.md": "policy_retail.md",
    "tau_policy_airline.md": "policy_airline.md",
    "licences/tau-bench-MIT.txt": "LICENSE-tau-bench.txt",
    "licences/tau2-bench-MIT.txt": "LICENSE-tau2-bench.txt",
}
_SAID = ("suite", "version", "task_id", "prompt", "user_known_info", "user_task_instructions")


def main() -> None:
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE
    if not (source / "tau_tasks.jsonl").is_file():
        sys.exit(f"There is no tau_tasks.jsonl in {source}: name the folder that holds the evaluation files.")
    for name, copy in _COPIED.items():
        shutil.copyfile(source / name, CORPUS / copy)
    database = json.loads((source / "tau_db_subset.json").read_text(encoding="utf-8"))
    (CORPUS / "database.json").write_text(_compact(database) + "\n", encoding="utf-8")
    (CORPUS / "tasks.jsonl").write_text("".join(f"{_compact(task)}\n" for task in _tasks(source)), encoding="utf-8")


def _tasks(source: Path) -> Iterator[dict[str, Any]]:
    for task, answers in zip(_lines(source / "tau_tasks.jsonl"), _lines(source / "tau_tool_results.jsonl"), strict=True):
        calls = zip(task["tool_calls"], answers["results"], strict=True)
        writes = [_write(call, answer) for call, answer in calls if call["mutates"]]
        yield {**{name: task[name] for name in _SAID}, "writes": writes}


def _write(call: dict[str, Any], answer: object) -> dict[str, Any]:
    return {"function": call["function"], "args": call["args"], "error": call.get("replay_error"), "result": answer}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


if __name__ == "__main__":
    main()
