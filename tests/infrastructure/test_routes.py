"""What is deployed and what docs/openapi.json describes are the same routes, signed or not."""

import json
import re
from pathlib import Path

from tests.infrastructure.templates import Resource, deployment

DESCRIBED = json.loads(Path("docs/openapi.json").read_text(encoding="utf-8"))["paths"]


def path_of(reference: Resource, resources: dict[str, Resource]) -> str:
    """From the root down; what a part that varies is called there says nothing."""
    if "Ref" not in reference:
        return ""
    properties = resources[reference["Ref"]]["Properties"]
    return f"{path_of(properties['ParentId'], resources)}/{properties['PathPart']}"


def blank(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def test_the_document_describes_what_is_deployed() -> None:
    deployed = deployment("prod")
    resources, methods = deployed.of_type("AWS::ApiGateway::Resource"), deployed.of_type("AWS::ApiGateway::Method").values()
    routes = {
        (blank(path_of(each["ResourceId"], resources)), each["HttpMethod"].lower(), each["AuthorizationType"] == "AWS_IAM")
        for each in (method["Properties"] for method in methods)
    }
    described = {
        (blank(path), method, "security" not in operation)
        for path, operations in DESCRIBED.items()
        for method, operation in operations.items()
    }
    assert described == routes
