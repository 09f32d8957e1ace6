"""Have a log read for what it says: it is kept, and a run is opened that proposes each of its statements to the gate.

A log is read once for each caller and authority. To hand in the same again is the same request, so that what was decided since is not
decided back; only where a run ended without having read it, a further one is opened.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from remit.domain.assertion import Speaking
from remit.domain.authority import authority_of, no_authority, principal_of
from remit.domain.canonical import digest
from remit.domain.charter import Charter
from remit.domain.errors import InvalidRequest, NoAuthority, NotFound, Reason
from remit.domain.extraction import check_log
from remit.domain.history import Caller
from remit.domain.intent import Requester
from remit.domain.ledger import Entry, Kind
from remit.domain.memory import AuthoritySpec
from remit.domain.model import Json, JsonObject, Model
from remit.log_ports import Logs
from remit.names import extract_workflow
from remit.usecases.fact_desk import FactDesk
from remit.usecases.runs import Call, RunPorts, RunView, WorkflowInfo, open_run, run_id, view

_SCHEME = "s3://"


class HandedIn(Model):
    """A log by its text, or by the address where it was put; `authority` is a lower one than the caller's, under which it is to be read;
    `domain` may be left out where only one reads logs. A log that was read before is read `again` once for each such name."""

    text: str | None = None
    log: str | None = None
    domain: str | None = None
    authority: str | None = None
    again: str | None = None


class Heard(Model):
    """One statement of the log, and what came of it: PROPOSED, WAITING for a human, what memory says of it (ADDED, UPDATED, RETRACTED,
    NOOP, CONFLICT, SUGGESTION), RECORDED where it changes nothing, or REFUSED and `why`."""

    says: str | None
    result: str
    why: str = ""
    quote: str = ""
    span: JsonObject | None = None
    fact: str | None = None
    value: Json = None
    version: int | None = None
    claim: str | None = None


class Extraction(Model):
    """A log as far as it has been read. `outcome` and `error` are the run's, once it has ended."""

    run: str
    domain: str
    log: str
    authority: str
    status: str
    outcome: str | None = None
    error: str | None = None
    message: str = ""
    statements: tuple[Heard, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractPorts:
    """`charters` are those with somebody who reads logs, by domain."""

    charters: Mapping[str, Charter]
    desk: FactDesk
    logs: Logs
    runs: RunPorts


def extract(handed: HandedIn, caller: Requester, ports: ExtractPorts) -> str:
    """Returns the run's id. Raises InvalidRequest, NoAuthority, NotFound for an address where nothing lies, Unavailable."""
    charter = _charter(handed.domain, ports)
    authority = _authority(handed.authority, caller, charter, ports)
    text = _text(handed, ports.logs)
    check_log(text)
    speaking = Speaking(log=ports.logs.keep(charter.domain, text), speaker=caller.arn, authority=authority.name)
    workflow, info = extract_workflow(charter.domain), WorkflowInfo(domain=charter.domain)
    start: JsonObject = {"agent": charter.scribe, "input": speaking.model_dump()}
    return open_run(workflow, info, start, _request(handed.again, caller, speaking, charter, ports), ports.runs)


def extraction(run: str, caller: Requester, ports: ExtractPorts) -> Extraction:
    """As far as it has come. Raises NotFound for what is no extraction of the caller's own."""
    seen = view(run, ports.runs)
    opened = seen.entries[0].body
    domain = str(opened["domain"])
    if seen.workflow != extract_workflow(domain) or Caller.model_validate(_only(opened, Caller)).requester != caller:
        raise NotFound(f"You have handed in no log for which there is a run '{run}'.")
    given = Speaking.model_validate(opened["input"])
    finished = next((entry.body for entry in seen.entries if entry.kind is Kind.RUN_FINISHED), {})
    return Extraction(
        run=run,
        domain=domain,
        log=given.log,
        authority=given.authority,
        status=seen.state.status,
        outcome=_text_of(finished.get("outcome")),
        error=_text_of(finished.get("error")) or seen.state.error or None,
        message=str(finished.get("message") or seen.state.cause),
        statements=tuple(_statements(seen)),
    )


def _charter(domain: str | None, ports: ExtractPorts) -> Charter:
    known = ", ".join(sorted(ports.charters)) or "none"
    if domain is None and len(ports.charters) == 1:
        return next(iter(ports.charters.values()))
    if domain is None or domain not in ports.charters:
        raise _invalid("domain", f"'{domain or ''}' is no domain that reads logs; there is: {known}")
    return ports.charters[domain]


def _authority(asked: str | None, caller: Requester, charter: Charter, ports: ExtractPorts) -> AuthoritySpec:
    """The caller's own, or a lower one that they ask for: a log that they hand in for somebody else has no more than that."""
    own = authority_of(principal_of(caller.arn, ports.desk.account, ports.desk.roles), charter)
    if own is None:
        raise no_authority(caller.arn, charter)
    below = charter.authorities[charter.authorities.index(own) :]
    found = own if asked is None else next((each for each in below if each.name == asked), None)
    if found is None:
        why = f"'{asked}' is not yours to give: you speak as {own.name}, and may only give a lower one"
        raise NoAuthority(f"authority: {why}", (Reason(policy="authority", reason=why),))
    return found


def _text(handed: HandedIn, logs: Logs) -> str:
    if (handed.text is None) == (handed.log is None):
        raise _invalid("log", f"give the text of a log, or the address where it lies ({_SCHEME}…), and not both")
    return handed.text if handed.text is not None else logs.fetch(handed.log or "")


def _request(again: str | None, caller: Requester, speaking: Speaking, charter: Charter, ports: ExtractPorts) -> Call:
    """Under a name that follows from the log, so that a repeat is the same request."""
    tells: list[Json] = ["extract", charter.domain, speaking.authority, speaking.log, again]
    tries = (Call(requester=caller, idempotency_key=digest([*tells, number])) for number in count(1))
    return next(each for each in tries if not _is_in_vain(run_id(each, ports.runs.entropy), ports.runs))


def _is_in_vain(run: str, ports: RunPorts) -> bool:
    """Whether it ended before the log was read: then nothing of it was ever proposed."""
    entries = ports.records.entries(run)
    if not entries or _read(entries) or any(entry.kind is Kind.INTENT_PROPOSED for entry in entries):
        return False
    return any(entry.kind is Kind.RUN_FINISHED for entry in entries) or view(run, ports).state.status not in {"RUNNING", "SUCCEEDED"}


def _read(entries: Sequence[Entry]) -> JsonObject | None:
    return next((entry.body for entry in entries if entry.kind is Kind.MODEL_CALLED), None)


def _statements(seen: RunView) -> Iterator[Heard]:
    called = _read(seen.entries) or {}
    noted = called.get("statements")
    keys = {str(entry.body["step"]): str(entry.body["key"]) for entry in seen.entries if entry.kind is Kind.INTENT_PROPOSED}
    for note in noted if isinstance(noted, list) else []:
        if isinstance(note, dict):
            known = {name: note.get(name) for name in ("says", "span", "fact")}
            quote, why = str(note.get("quote") or ""), str(note.get("why") or "")
            came = _came_of(keys.get(str(note.get("step"))), str(note["standing"]), seen.entries)
            yield Heard.model_validate({**known, "quote": quote, "why": why, **came})


def _came_of(key: str | None, standing: str, entries: Sequence[Entry]) -> JsonObject:
    """By the entries of its action, the last of which counts."""
    told: JsonObject = {"result": standing}
    for entry in entries if key else ():
        if key in {entry.body.get("key"), entry.body.get("warrant"), entry.body.get("approval")}:
            told |= _says(entry)
    return told


def _says(entry: Entry) -> JsonObject:
    body = entry.body
    match entry.kind:
        case Kind.INTENT_REFUSED:
            return {"result": "REFUSED", "why": body["message"]}
        case Kind.DECISION_MADE if body["outcome"] == "DENY":
            return {"result": "REFUSED", "why": _reasons(body)}
        case Kind.APPROVAL_REQUESTED:
            return {"result": "WAITING", "why": f"{body['route']} is asked: {_reasons(body)}"}
        case Kind.WARRANT_MINTED:
            return {"result": "PROPOSED", "why": ""}
        case Kind.OUTCOME_VERIFIED:
            return _verified(body)
    return {}


def _verified(body: JsonObject) -> JsonObject:
    seen = body.get("observed")
    if isinstance(seen, dict) and body["verification"] == "MATCH":
        return {name: seen.get(name) for name in ("result", "value", "version", "claim")}
    return {"result": "UNVERIFIED", "why": str(body.get("note") or "what came of it is not as intended, or not known")}


def _reasons(body: JsonObject) -> str:
    reasons = body.get("reasons")
    return " ".join(str(each.get("reason")) for each in (reasons if isinstance(reasons, list) else []) if isinstance(each, dict))


def _only(body: JsonObject, model: type[Caller]) -> JsonObject:
    return {name: body.get(name) for name in model.model_fields}


def _text_of(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _invalid(field: str, why: str) -> InvalidRequest:
    return InvalidRequest(f"{field}: {why}", (Reason(policy=field, reason=why),))
