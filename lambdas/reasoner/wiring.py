"""One agent's reasoner, put together once per cold start."""

from collections.abc import Callable
from functools import cache, partial

import boto3
from langchain_aws import ChatBedrockConverse

from lambdas.reasoner.graph import make_graph
from lambdas.reasoner.prompt import make_offers, make_prompt
from lambdas.reasoner.settings import ReasonerSettings
from lambdas.reasoner.turn import ANSWER_TOKENS, Reasoner
from remit.adapters.aws import CONFIG
from remit.adapters.bundle import load_charter, load_payloads, load_prompt
from remit.adapters.dynamodb_fact_store import DynamoFactStore
from remit.adapters.dynamodb_tokens import DynamoTokens
from remit.adapters.environment import read_settings
from remit.adapters.observability import XRaySpans
from remit.adapters.s3_transcripts import S3Transcripts
from remit.adapters.system import SystemClock
from remit.domain.charter import Charter
from remit.domain.recall import Recollection
from remit.names import Names
from remit.usecases.recall import recall
from remit.usecases.tokens import Purse


@cache
def reasoner() -> Reasoner:
    settings = read_settings(ReasonerSettings)
    charter = load_charter(settings.remit_domain)
    reference = charter.agents[settings.remit_agent].prompt or ""
    offers = make_offers(charter, settings.remit_agent, load_payloads(charter))
    model = ChatBedrockConverse(model=settings.model_id, temperature=0, max_tokens=ANSWER_TOKENS)
    offered = frozenset(offer.name for offer in offers)
    return Reasoner(
        agent=settings.remit_agent,
        prompt=make_prompt(reference, load_prompt(charter.domain, reference)),
        model_id=settings.model_id,
        offered=offered,
        offers_size=sum(len(offer.model_dump_json()) for offer in offers),
        graph=make_graph(model.bind_tools([offer.model_dump() for offer in offers]), offered),
        writer=make_graph(model, frozenset()),
        clock=SystemClock(),
        spans=XRaySpans(),
        purse=_purse(charter, settings),
        recall=_recall(charter, settings),
        transcripts=S3Transcripts(
            boto3.client("s3", config=CONFIG), settings.transcripts_bucket, f"{settings.remit_domain}/{settings.remit_agent}/"
        ),
    )


def _purse(charter: Charter, settings: ReasonerSettings) -> Purse:
    agent, clock = settings.remit_agent, SystemClock()
    shared = charter.domain if charter.shares_tokens else None
    accounts = DynamoTokens(boto3.client("dynamodb", config=CONFIG), Names(settings.remit_stage), agent, clock, shared)
    return Purse(agent=agent, budgets=charter.budgets, limits=charter.limits, accounts=accounts, clock=clock, tree=charter.tree)


def _recall(charter: Charter, settings: ReasonerSettings) -> Callable[[], Recollection]:
    namespaces, memory = charter.namespaces_of(settings.remit_agent), charter.agents[settings.remit_agent].memory
    if not namespaces:
        return Recollection
    store = DynamoFactStore(boto3.client("dynamodb", config=CONFIG), Names(settings.remit_stage))
    return partial(recall, namespaces, memory, store, SystemClock())
