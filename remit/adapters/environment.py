"""A function's settings, from its environment and its bundle, once at cold start."""

import os
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

ROOT = Path(__file__).resolve().parents[2]


class Settings(BaseModel):
    """Base of a function's settings: each field is the environment variable of that name in upper case, or what `told.json` says there."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=str.upper, defer_build=True)


S = TypeVar("S", bound=Settings)


def read_settings(model: type[S], root: Path = ROOT) -> S:
    """What grows with the deployment is in the bundle, and no variable overrides it: Lambda takes 4 kB of environment.

    Raises RuntimeError naming the first setting that is missing or wrong.
    """
    try:
        return model.model_validate({**os.environ, **_told(root / "told.json")})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise RuntimeError(f"setting {first['loc'][0]}: {first['msg']}") from error


def _told(file: Path) -> dict[str, Any]:
    return dict(from_json(file.read_bytes())) if file.exists() else {}
