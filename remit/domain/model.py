"""The one kind of value the domain is made of: strict, immutable, closed."""

from pydantic import BaseModel, ConfigDict, JsonValue

Json = JsonValue
JsonObject = dict[str, JsonValue]


class Model(BaseModel):
    """Frozen, and an unknown field is an error."""

    # Built when first used: a function imports many models, and uses few.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
