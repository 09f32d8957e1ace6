"""What a function's bundle carries of its domain: the charter as JSON, payload models, tools and prompts."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from remit.domain.catalogue import Catalogue
from remit.domain.charter import Charter
from remit.domain.payload import Payload
from remit.domain.policy import PolicyText
from remit.toolkit import Tool

ROOT = Path(__file__).resolve().parents[2]


def load_charter(domain: str, root: Path = ROOT) -> Charter:
    """The charter as it was validated when the bundle was made."""
    return Charter.model_validate_json((root / "charters" / f"{domain}.json").read_bytes())


def load_charters(root: Path = ROOT) -> tuple[Charter, ...]:
    """All charters that the bundle carries, by domain."""
    return tuple(load_charter(path.stem, root) for path in sorted((root / "charters").glob("*.json")) if path.stem != "charter.schema")


def load_catalogue(agent: str, root: Path = ROOT) -> Catalogue:
    """What the agent may call, as it was when the bundle was made."""
    return Catalogue.model_validate_json((root / "catalogues" / f"{agent}.json").read_bytes())


def load_shadow(domain: str, root: Path = ROOT) -> tuple[PolicyText, ...]:
    """The policies in shadow mode."""
    return TypeAdapter(tuple[PolicyText, ...]).validate_json((root / "policies" / f"{domain}.shadow.json").read_bytes())


def load_payloads(charter: Charter) -> Mapping[str, type[Payload]]:
    """Payload models by tool name."""
    module = import_module(f"tools.{charter.domain}.payloads")
    return {name: getattr(module, tool.payload) for name, tool in charter.tools.items()}


def load_tools(charter: Charter, agent: str) -> Mapping[str, Tool[Any]]:
    """What the agent itself acts by, and nobody else does."""
    tools: Mapping[str, Tool[Any]] = import_module(f"tools.{charter.domain}.actions").TOOLS
    return {name: tools[name] for name in charter.actions_of(agent)}


def load_prompt(domain: str, prompt: str, root: Path = ROOT) -> str:
    return (root / "prompts" / domain / f"{prompt}.md").read_text(encoding="utf-8")
