"""The trial as a page: docs/bypass.md is exactly this."""

from collections.abc import Sequence
from pathlib import Path

from tests.e2e.bypass.trial import Row

PAGE = Path(__file__).parents[3] / "docs" / "bypass.md"

_HEAD = """\
# What IAM refuses when the gate is bypassed

Each line is an attempt made on a deployed Remit with the credentials of one principal, without any gate or warrant. Whoever runs code
inside a function has its role's credentials, so they are taken out of it as a thief would. The agent's role is assumed from its
executor's, which is the only way in, and the claims agent's session is tagged with the tenant north. The agents of supply try to
reach one another: whatever is another's, and any way to say something that the gate does not deliver. IAM refuses every attempt, by the
action that is named; afterwards no record and no role has changed.

`python -m tests.e2e.bypass` makes the attempts on a local cloud of its own and prints this page; with `--write` it replaces it.
`tests/e2e/test_bypass.py` fails when the page differs.

- **identity policy**: no statement of the principal's own policies allows it.
- **boundary**: with a policy that allows everything put on the agent's role, it is still refused. Only what is within the boundary
  (records of the domain's own tables, and what its agents remember) rests on the identity policy alone.
- **trust policy**: the principal may ask for any role, and the role does not let it in.
- **explicit deny**: refused whatever else is ever granted.
- **the table's own policy**: the same, and for everybody: also for who may do everything in the account.
"""

_TEMPLATE = "tests/infrastructure/test_roles.py"
_AGENT_ROLES = "tests/infrastructure/test_agent_roles.py"
_PROVEN = (
    (
        "a function's own policy lets in the API's routes, and a gate's the rule for mails that come back",
        "test_a_function_lets_in_the_api_and_a_gate_returned_mails_too",
    ),
    ("only the gates put warrants", "test_only_the_gates_may_mint"),
    (
        "only the gates ask, the cascade holds, and only the approvals function answers",
        "test_gates_ask_the_cascade_holds_and_approvals_answer",
    ),
    ("only the gates answer waiting tasks", "test_only_the_gates_may_answer_a_waiting_task"),
    ("an executor is invoked by its domain's gate only", "test_only_a_domains_gate_may_invoke_its_executors"),
    ("each function's role may do exactly what is listed", "test_a_function_may_do_exactly_this"),
    (
        "a state machine's role invokes its gate, its reasoner and the recorder",
        "test_a_machine_invokes_its_own_gate_reasoner_and_the_recorder_only",
    ),
)
_PROVEN_OF_AGENTS = (
    ("what IAM lets the agents reach is what the charters say", "test_what_iam_lets_the_agents_reach_is_what_the_charters_say"),
    ("an agent's role trusts its executor and nobody else, and no session tag but tenant and user", "test_only_its_executor_assumes_it"),
    (
        "of tables by tenant a role and its boundary reach the session's own tenant's records only",
        "test_of_tables_by_tenant_it_and_its_boundary_reach_the_sessions_own_tenants_records_only",
    ),
    ("a boundary leaves out everything that is not its domain's", "test_its_boundary_leaves_out_everything_that_is_not_its_domains"),
    ("no policy of a table or function names an agent's role", "test_no_other_resource_names_it_but_its_executor"),
)

_STATIC = """\
## Proven from the templates

No emulator enforces a state machine's role, or a function's own policy for API Gateway. These, and that nothing else is granted
anywhere, are read out of the synthesised templates of every stage:

| fact | shown by |
|---|---|
"""

_LIMITS = """
## What IAM does not separate

- Whoever may append to the ledger may put an entry in another one's place, in a transaction, because IAM cannot demand a condition on a
  put. The chain of hashes shows it.
- An administrator can take the ledger's own policy away first, and the account's root user is bound by none of this on the local cloud.
- An executor may assume its agent's role before it has consumed a warrant, and it is the executor that tags the session with a tenant and
  narrows it to one tool. What other code does in its place is bounded by the charter's cells, and by one tenant at a time.
"""


def page(rows: Sequence[Row]) -> str:
    principals = list(dict.fromkeys(row.who for row in rows))
    tried = "\n".join(_section(who, [row for row in rows if row.who == who]) for who in principals)
    facts = [(_TEMPLATE, *fact) for fact in _PROVEN] + [(_AGENT_ROLES, *fact) for fact in _PROVEN_OF_AGENTS]
    static = _STATIC + "".join(f"| {fact} | `{file}::{test}` |\n" for file, fact, test in facts)
    return "\n".join((_HEAD, tried, static)) + _LIMITS


def _section(who: str, rows: Sequence[Row]) -> str:
    lines = "".join(f"| {row.attempt.what} | `{row.attempt.action}` | {row.refused_by} |\n" for row in rows)
    return f"## As the {who}\n\n| attempt | action | refused by |\n|---|---|---|\n{lines}"
