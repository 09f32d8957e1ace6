"""A function's zip without Docker: its group's locked dependencies and only the sources it needs."""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling
from aws_cdk import aws_lambda as lambda_
from uv import find_uv_bin

from remit.charters import load_payloads
from remit.domain.catalogue import catalogue
from remit.domain.charter import Charter
from remit.domain.policy import PolicyText

ROOT = Path(__file__).resolve().parent.parent
_CACHE = ROOT / ".remit" / "bundles"
_PORTS = tuple(path.stem for path in sorted((ROOT / "remit").glob("*ports.py")))
_MODULES = ("__init__", "names", *_PORTS, "toolkit")
_LIBRARY = (*(f"remit/{module}.py" for module in _MODULES), "remit/domain", "remit/usecases", "remit/adapters", "remit/prices")
# Mails and pages: only where a human is asked.
_PAGES = "remit/pages"
_NOT_SHIPPED = shutil.ignore_patterns("__pycache__", "*.pyc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """`folder` is the function's under lambdas/ and its dependency group, `entry` its name in the handler's file; `charter` and
    `shadow` are its domain's; `charters` are carried with a catalogue for each of their agents, without payloads; `extras`: more paths;
    `told`: settings that grow with the deployment, by the names that variables would have."""

    folder: str
    entry: str = "handler"
    charter: Charter | None = None
    charters: tuple[Charter, ...] = ()
    shadow: tuple[PolicyText, ...] | None = None
    extras: tuple[str, ...] = ()
    told: Mapping[str, object] = field(default_factory=dict)


def api_bundle(charters: Sequence[Charter], told: Mapping[str, object]) -> Bundle:
    """It says who may state which facts, and what an agent may call."""
    return Bundle(folder="api", charters=tuple(charters), told=told)


def approvals_bundle(charters: Sequence[Charter]) -> Bundle:
    """It says who is who among approvers."""
    return Bundle(folder="approvals", charters=tuple(charters), extras=(_PAGES,))


def recorder_bundle(told: Mapping[str, object]) -> Bundle:
    return Bundle(folder="recorder", extras=(_PAGES,), told=told)


def gate_bundle(charter: Charter, shadow: tuple[PolicyText, ...]) -> Bundle:
    """Policies in shadow mode travel with the code: whatever is in a policy store is in force."""
    return Bundle(folder="gate", charter=charter, shadow=shadow, extras=(_PAGES,))


def executor_bundle(charter: Charter) -> Bundle:
    return Bundle(folder="executor", charter=charter, extras=(f"tools/{charter.domain}/actions.py",))


def reasoner_bundle(charter: Charter) -> Bundle:
    return Bundle(folder="reasoner", charter=charter, extras=(f"prompts/{charter.domain}",))


def extractor_bundle(charter: Charter) -> Bundle:
    return Bundle(folder="extractor", charter=charter, extras=(f"prompts/{charter.domain}",))


def asserter_bundle(charter: Charter) -> Bundle:
    return Bundle(folder="asserter", charter=charter)


def code(bundle: Bundle, function: str, wheels: tuple[str, ...]) -> lambda_.Code:
    """The function's name is in the command, because the CDK reuses a zip made from the same folder with the same command."""
    options = BundlingOptions(image=DockerImage.from_registry("none"), command=[function], local=_Bundler(bundle, wheels))
    return lambda_.Code.from_asset(str(ROOT / "lambdas" / bundle.folder), asset_hash_type=AssetHashType.OUTPUT, bundling=options)


@jsii.implements(ILocalBundling)
class _Bundler:
    def __init__(self, bundle: Bundle, wheels: tuple[str, ...]) -> None:
        self._bundle = bundle
        self._wheels = wheels

    def try_bundle(self, output_dir: str, *, image: DockerImage, **_: object) -> bool:
        target = Path(output_dir)
        shutil.copytree(_dependencies(self._bundle.folder, self._wheels), target, dirs_exist_ok=True)
        for source in _sources(self._bundle):
            _copy(ROOT / source, target / source)
        for charter in self._bundle.charters:
            _write(target / "charters" / f"{charter.domain}.json", charter.model_dump_json())
            _write_catalogues(charter, target / "catalogues")
        if self._bundle.told:
            _write(target / "told.json", json.dumps(self._bundle.told))
        if self._bundle.charter:
            _write_domain(self._bundle.charter, self._bundle.shadow, target)
        return True


def _sources(bundle: Bundle) -> Iterator[str]:
    yield from (*_LIBRARY, "lambdas/__init__.py", f"lambdas/{bundle.folder}", *bundle.extras)
    if bundle.charter:
        domain = f"tools/{bundle.charter.domain}"
        yield from ("tools/__init__.py", f"{domain}/__init__.py", f"{domain}/payloads.py")


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=_NOT_SHIPPED)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def _write_domain(charter: Charter, shadow: tuple[PolicyText, ...] | None, target: Path) -> None:
    _write(target / "charters" / f"{charter.domain}.json", charter.model_dump_json())
    if shadow is not None:
        _write(target / "policies" / f"{charter.domain}.shadow.json", json.dumps([policy.model_dump() for policy in shadow]))


def _write_catalogues(charter: Charter, folder: Path) -> None:
    payloads = load_payloads(charter.domain)
    for agent in charter.agents:
        _write(folder / f"{agent}.json", catalogue(agent, charter, payloads).model_dump_json())


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _dependencies(group: str, wheels: tuple[str, ...]) -> Path:
    """The installed group, from the cache if this lock has been installed for these wheels before."""
    lock = ROOT / "requirements" / f"{group}.txt"
    kind = "-".join(wheels[1::2]) or f"host-{sys.version_info.major}.{sys.version_info.minor}"
    installed = _CACHE / f"{group}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}-{kind}"
    if not installed.exists():
        _install(lock, wheels, installed)
    return installed


def _install(lock: Path, wheels: tuple[str, ...], installed: Path) -> None:
    installed.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=installed.parent) as scratch:
        target = Path(scratch) / "packages"
        # --no-deps: the lock is whole but for what the Lambda runtime has.
        options = [
            "--quiet",
            "--color",
            "never",
            "--no-deps",
            "--require-hashes",
            "--only-binary",
            ":all:",
            "--python",
            sys.executable,
            *wheels,
        ]
        done = subprocess.run(  # noqa: S603 - a fixed command
            [find_uv_bin(), "pip", "install", *options, "--target", target, "-r", lock], capture_output=True, text=True, check=False
        )
        if done.returncode:
            # An exception would come back through the CDK as a traceback.
            sys.exit(f"requirements/{lock.name} cannot be installed: {' '.join(done.stderr.split())}")
        (target / ".lock").unlink(missing_ok=True)
        _keep(target, installed)


def _keep(target: Path, installed: Path) -> None:
    try:
        target.rename(installed)
    except OSError:
        # Another synth may have been first; anything else is an error.
        if not installed.exists():
            raise
