"""Which authority a caller has: by who signed, and by what the charter says of them."""

import re
from collections.abc import Collection, Mapping

from remit.domain.charter import Charter
from remit.domain.errors import Denied, NoAuthority, Reason
from remit.domain.intent import Requester
from remit.domain.memory import AuthoritySpec

_IAM = re.compile(r"arn:[a-z-]+:(?:iam|sts)::(?P<account>\d{12}):(?:(?P<root>root)|user/(?P<user>.+)|assumed-role/(?P<role>[^/]+)/[^/]+)")


def principal_of(arn: str, account: str, agents: Mapping[str, str]) -> str | None:
    """`user/NAME`, `role/NAME`, `agent/NAME` or `root`, as charters name them; None for anyone of another account or kind.

    `agents`: the agent by the name of its role.
    """
    match = _IAM.fullmatch(arn)
    if match is None or match["account"] != account:
        return None
    if match["role"]:
        agent = agents.get(match["role"])
        return f"role/{match['role']}" if agent is None else f"agent/{agent}"
    return "root" if match["root"] else f"user/{match['user']}"


def account_of(arn: str) -> str:
    """The account that a caller is of; empty for a caller of another kind."""
    match = _IAM.fullmatch(arn)
    return "" if match is None else match["account"]


def authority_of(principal: str | None, charter: Charter) -> AuthoritySpec | None:
    """The highest authority that the charter gives them."""
    return next((each for each in charter.authorities if principal is not None and principal in each.principals), None)


def no_authority(caller: str, charter: Charter) -> NoAuthority:
    why = f"the charter {charter.domain} gives {caller} none: have it named among the principals of one of its authorities"
    return NoAuthority(f"authority: {why}", (Reason(policy="authority", reason=why),))


def same_principal(one: str, other: str, account: str) -> bool:
    """Whether two callers are one user or one role of the account, in whatever sessions."""
    principal = principal_of(one, account, {})
    return principal is not None and principal == principal_of(other, account, {})


def check_speaks_for(agent: str, caller: Requester, named: Collection[str], account: str) -> None:
    """Raises Denied for a caller who is not among those that the charter names for the agent: an agent that names nobody has nobody."""
    if principal_of(caller.arn, account, {}) not in named:
        why = f"This caller may not ask in the name of agent '{agent}': its charter says who may, under agents.{agent}.elsewhere."
        raise Denied(why, (Reason(policy="agent.elsewhere", reason=why),))
