import pytest
from botocore.exceptions import ClientError

from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]

MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"


def converse(aws: Aws, action: str) -> str:
    caller = aws.user({"Effect": "Allow", "Action": action, "Resource": f"arn:aws:bedrock:us-east-1::foundation-model/{MODEL}"})
    question = [{"role": "user", "content": [{"text": "hello"}]}]
    answer = aws.client("bedrock-runtime", caller).converse(modelId=MODEL, messages=question)
    return str(answer["output"]["message"]["role"])


def test_converse_is_allowed_to_who_may_invoke_the_model(aws: Aws) -> None:
    assert converse(aws, "bedrock:InvokeModel") == "assistant"


def test_converse_is_refused_to_who_may_only_list_models(aws: Aws) -> None:
    with pytest.raises(ClientError, match="bedrock:InvokeModel"):
        converse(aws, "bedrock:ListFoundationModels")
