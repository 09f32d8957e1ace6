"""The domains of the repository around the current directory: charters and policies as they are written there."""

import sys
from pathlib import Path

from remit.adapters.embedded_cedar import EmbeddedCedar
from remit.adapters.system import SystemClock
from remit.charters import CharterError, load_charter, load_payloads
from remit.cli.errors import CliError
from remit.domain.charter import Charter
from remit.policies import PolicyError, load_policy_set
from remit.usecases.history import nothing_done
from remit.usecases.judge import Judge
from remit.usecases.offline import StatedFacts


def find_checkout() -> Path:
    """The nearest folder with charters/. Raises CliError outside of one."""
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if any((folder / "charters").glob("*.yaml")):
            # The payload models are the repository's tools/, which no installation brings along.
            sys.path.insert(0, str(folder))
            return folder
    raise CliError("There is no folder with charters around this directory: change to a repository that has charters/<domain>.yaml.")


def domains(root: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (root / "charters").glob("*.yaml")))


def charter_of(domain: str, root: Path) -> Charter:
    """Raises CliError with the charter's file and line."""
    if domain not in domains(root):
        raise CliError(f"There is no charters/{domain}.yaml: name one of {', '.join(domains(root))}.")
    try:
        return load_charter(root / "charters" / f"{domain}.yaml")
    except CharterError as error:
        raise CliError(f"{error}. Correct the charter.") from error


def judge_of(charter: Charter, folder: Path) -> Judge:
    """The gate's judgement with the policies in `folder`, on no facts. Raises CliError with the policy's file and line."""
    try:
        policy_set = load_policy_set(charter, folder)
    except PolicyError as error:
        raise CliError(f"{error}. Correct the policy.") from error
    payloads = load_payloads(charter.domain)
    return Judge(
        charter=charter,
        payloads={name: payloads[tool.payload] for name, tool in charter.tools.items()},
        facts=StatedFacts({}, charter.tables),
        history=nothing_done(),
        engine=EmbeddedCedar(policy_set.policies, policy_set.policy_schema),
        clock=SystemClock(),
    )


def policy_folders(given: Path, names: tuple[str, ...]) -> dict[str, Path]:
    """The policies of each domain: <given>/<domain>, or for one domain <given> itself. Raises CliError if there are none."""
    found = {name: given / name for name in names if (given / name / "policies.cedar").is_file()}
    if found:
        return found
    if not (given / "policies.cedar").is_file():
        raise CliError(f"{given} has no policies.cedar and no <domain>/policies.cedar of {', '.join(names)}: name a folder that has.")
    if len(names) > 1:
        raise CliError(f"{given}/policies.cedar could be of any domain: say which with --domain ({', '.join(names)}).")
    return {names[0]: given}
