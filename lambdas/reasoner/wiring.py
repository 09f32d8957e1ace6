"""One agent's reasoner, put together once per cold start."""

from functools import cache

from langchain_aws import ChatBedrockConverse

from lambdas.reasoner.graph import make_graph
from lambdas.reasoner.prompt import make_offers, make_prompt
from lambdas.reasoner.settings import ReasonerSettings
from lambdas.reasoner.turn import Reasoner
from remit.adapters.bundle import load_charter, load_payloads, load_prompt
from remit.adapters.environment import read_settings
from remit.adapters.observability import XRaySpans
from remit.adapters.system import SystemClock


@cache
def reasoner() -> Reasoner:
    settings = read_settings(ReasonerSettings)
    charter = load_charter(settings.remit_domain)
    reference = charter.agents[settings.remit_agent].prompt
    offers = make_offers(charter, settings.remit_agent, load_payloads(charter))
    model = ChatBedrockConverse(model=settings.model_id, temperature=0).bind_tools([offer.model_dump() for offer in offers])
    offered = frozenset(offer.name for offer in offers)
    return Reasoner(
        agent=settings.remit_agent,
        prompt=make_prompt(reference, load_prompt(charter.domain, reference)),
        model_id=settings.model_id,
        offered=offered,
        graph=make_graph(model, offered),
        clock=SystemClock(),
        spans=XRaySpans(),
    )
