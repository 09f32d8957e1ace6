"""What recorded decisions are made again by: this repository's charters and policies, or others in their place."""

from pathlib import Path
from typing import Annotated

import typer

from remit.charters import CharterError, load_charter
from remit.cli.checkout import charter_of, domains, judge_of, policy_folders
from remit.cli.errors import CliError
from remit.domain.charter import Charter
from remit.usecases.judge import Judge

Policies = Annotated[Path | None, typer.Option(help="Other policies: a folder with <domain>/policies.cedar, or with policies.cedar.")]
CharterFile = Annotated[Path | None, typer.Option("--charter", help="Another charter in the place of its domain's, named <domain>.yaml.")]


def judges_of(root: Path, policies: Path | None, charter: Path | None, domain: str | None) -> dict[str, Judge]:
    """By domain. Raises CliError for a charter or a policy that is not good, with its file and line."""
    changed = None if charter is None else _load(charter)
    names = (domain,) if domain else domains(root)
    folders = policy_folders(policies or root / "policies", names)
    charters = {name: charter_of(name, root) for name in folders} | ({changed.domain: changed} if changed else {})
    return {name: judge_of(charters[name], folder) for name, folder in folders.items()}


def _load(path: Path) -> Charter:
    if not path.is_file():
        raise CliError(f"There is no {path}: name a charter's file.")
    try:
        return load_charter(path)
    except CharterError as error:
        raise CliError(f"{error}. Correct the charter.") from error
