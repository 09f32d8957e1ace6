"""Converse and ConverseStream are authorised as the actions that AWS knows: there is no `bedrock:Converse` to grant."""

from ministack.core import iam_actions

_ACTIONS = {
    "bedrock:Converse": "bedrock:InvokeModel",
    "bedrock:ConverseStream": "bedrock:InvokeModelWithResponseStream",
}


def apply() -> None:
    """Rename the two actions wherever a request's action is told."""
    extract = iam_actions.extract_iam_action

    def corrected_extract(*args: object, **kwargs: object) -> str | None:
        action: str | None = extract(*args, **kwargs)
        return action if action is None else _ACTIONS.get(action, action)

    iam_actions.extract_iam_action = corrected_extract
