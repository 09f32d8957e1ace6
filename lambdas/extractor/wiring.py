"""A domain's extractor, put together once per cold start."""

import json
from functools import cache
from typing import cast

import boto3
from langchain_aws import ChatBedrockConverse

from lambdas.extractor.graph import make_graph
from lambdas.extractor.prompt import make_prompt, record_tool
from lambdas.extractor.read import ANSWER_TOKENS, Extractor, objections
from lambdas.extractor.settings import ExtractorSettings
from remit.adapters.aws import CONFIG
from remit.adapters.bundle import load_charter, load_payloads, load_prompt
from remit.adapters.dynamodb_tokens import DynamoTokens
from remit.adapters.environment import read_settings
from remit.adapters.observability import XRaySpans
from remit.adapters.s3_logs import S3Logs
from remit.adapters.system import SystemClock
from remit.domain.assertion import Assertion
from remit.domain.tool_spec import FACTS_ASSERT
from remit.names import Names
from remit.usecases.tokens import Purse


@cache
def extractor() -> Extractor:
    settings = read_settings(ExtractorSettings)
    charter, clock, tool = load_charter(settings.remit_domain), SystemClock(), record_tool()
    agent = charter.scribe or ""
    reference = charter.agents[agent].prompt or ""
    model = ChatBedrockConverse(model=settings.model_id, temperature=0, max_tokens=ANSWER_TOKENS)
    shared = charter.domain if charter.shares_tokens else None
    accounts = DynamoTokens(boto3.client("dynamodb", config=CONFIG), Names(settings.remit_stage), agent, clock, shared)
    return Extractor(
        agent=agent,
        charter=charter,
        payload=cast("type[Assertion]", load_payloads(charter)[FACTS_ASSERT]),
        prompt=make_prompt(charter, reference, load_prompt(charter.domain, reference)),
        model_id=settings.model_id,
        tool_size=len(json.dumps(tool)),
        graph=make_graph(model.bind_tools([tool]), objections),
        logs=S3Logs(boto3.client("s3", config=CONFIG), settings.logs_bucket),
        clock=clock,
        spans=XRaySpans(),
        purse=Purse(agent=agent, budgets=charter.budgets, limits=charter.limits, accounts=accounts, clock=clock, tree=charter.tree),
    )
