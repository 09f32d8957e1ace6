"""The one kind of value the domain is made of: strict, immutable, closed."""

from pydantic import BaseModel, ConfigDict, JsonValue

Json = JsonValue
JsonObject = dict[str, JsonValue]


class Model(BaseModel):
    """Frozen, and an unknown field is an error."""

    # Built when first used: a function imports many models, and uses few.
    # What a malformed value was is not told with what is wrong with it: errors end up in logs.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True)
