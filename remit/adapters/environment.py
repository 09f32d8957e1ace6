"""A function's settings, from its environment, once at cold start."""

import os
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError


class Settings(BaseModel):
    """Base of a function's settings: each field is the environment variable of that name in upper case."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=str.upper, defer_build=True)


S = TypeVar("S", bound=Settings)


def read_settings(model: type[S]) -> S:
    """Raises RuntimeError naming the first variable that is missing or wrong."""
    try:
        return model.model_validate(dict(os.environ))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise RuntimeError(f"environment variable {first['loc'][0]}: {first['msg']}") from error
