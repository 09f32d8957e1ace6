"""LangChain tools for one agent of a deployed Remit, made from its charter: `governed_tools(client, agent)`."""

import uuid
from typing import Any, Literal

from langchain_core.tools import BaseTool, ToolException
from pydantic import PrivateAttr

from remit.answers import Act, OfferedTool
from remit.client import RemitClient
from remit.client_errors import ClientError
from remit.domain.canonical import digest
from remit.domain.identifiers import callable_name
from remit.integrations.telling import told, told_of_error


class GovernedTool(BaseTool):
    """One tool of the agent. A call is one governed action: what is denied comes back as a tool message of status "error" with the
    reasons, what waits for a human says so, and the API's answer is the message's artifact.

    Within one `session`, which names a conversation, a tool call is one action however often the graph is run again.
    """

    response_format: Literal["content", "content_and_artifact"] = "content_and_artifact"
    handle_tool_error: bool = True
    _client: RemitClient = PrivateAttr()
    _agent: str = PrivateAttr()
    _session: str = PrivateAttr()
    _tool: str = PrivateAttr()

    def __init__(self, client: RemitClient, agent: str, session: str, offered: OfferedTool) -> None:
        super().__init__(name=callable_name(offered.name), description=offered.description, args_schema=offered.parameters)
        self._client, self._agent, self._session, self._tool = client, agent, session, offered.name

    def _to_args_and_kwargs(self, tool_input: str | dict[str, Any], tool_call_id: str | None) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The payload as the model wrote it, whole: the gate is what validates it."""
        if not isinstance(tool_input, dict):
            raise ToolException("Nothing was done: the arguments have to be an object.")
        return (tool_input, tool_call_id), {}

    def _run(self, payload: dict[str, Any], call: str | None) -> tuple[str, Act]:
        try:
            act = self._client.act(self._agent, self._tool, payload, self._key(call))
        except ClientError as error:
            raise ToolException(told_of_error(error).text) from error
        said = told(act)
        if said.failed:
            raise ToolException(said.text)
        return said.text, act

    def _key(self, call: str | None) -> str | None:
        return None if call is None else digest([self._session, self._agent, self._tool, call])


def governed_tools(client: RemitClient, agent: str, session: str | None = None) -> list[GovernedTool]:
    """The tools that the agent may call, as deployed. Raises ClientError.

    `session`: name the conversation (its thread, say) so that a graph that is resumed, here or elsewhere, repeats no action.
    """
    conversation = session or str(uuid.uuid4())
    return [GovernedTool(client, agent, conversation, offered) for offered in client.tools(agent).tools]
