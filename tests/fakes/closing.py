"""The recorder's ports in memory."""

from remit.ports import Mailer
from remit.record_ports import Records
from remit.usecases.close import ClosePorts
from remit.usecases.tell import Telling
from tests.fakes.outside import Outbox

TOLD = ("finance@example.com", "cfo@example.com")


def close_ports(records: Records, mailer: Mailer | None = None) -> ClosePorts:
    return ClosePorts(records=records, telling=Telling(records=records, mailer=mailer or Outbox(), routes={"refunds": TOLD}))
