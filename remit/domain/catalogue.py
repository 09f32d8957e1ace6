"""What an agent may call, as it is shown to whoever runs it: one row of the matrix, with names, descriptions and JSON schemas."""

from collections.abc import Mapping

from remit.domain.canonical import digest
from remit.domain.charter import Charter
from remit.domain.identifiers import Name, ToolName
from remit.domain.model import JsonObject, Model
from remit.domain.payload import Payload
from remit.domain.tool_spec import Effect, Reach


class OfferedTool(Model):
    """A tool with the JSON schema of its payload."""

    name: ToolName
    description: str
    effect: Effect
    reach: Reach
    parameters: JsonObject


class Catalogue(Model):
    agent: Name
    domain: Name
    description: str
    tools: tuple[OfferedTool, ...]

    @property
    def digest(self) -> str:
        """The same for the same content, so that it need not be sent twice."""
        return digest(self.model_dump(mode="json"))


def catalogue(agent: str, charter: Charter, payloads: Mapping[str, type[Payload]]) -> Catalogue:
    """`payloads` by class name."""
    spec = charter.agents[agent]
    tools = tuple(_offered(name, charter, payloads) for name in spec.tools)
    return Catalogue(agent=agent, domain=charter.domain, description=spec.description, tools=tools)


def _offered(name: str, charter: Charter, payloads: Mapping[str, type[Payload]]) -> OfferedTool:
    tool = charter.tools[name]
    schema = payloads[tool.payload].model_json_schema()
    return OfferedTool(name=name, description=tool.description, effect=tool.effect, reach=tool.reach, parameters=schema)
