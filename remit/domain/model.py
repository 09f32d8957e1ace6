"""The one kind of value the domain is made of: strict, immutable, closed."""

from pydantic import BaseModel, ConfigDict, JsonValue

Json = JsonValue
JsonObject = dict[str, JsonValue]


class Model(BaseModel):
    """Frozen, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
