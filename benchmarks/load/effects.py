"""What a load left in the business tables, beside what its callers were told."""

from collections import Counter
from dataclasses import dataclass

from benchmarks.load.clients import PAID, PLENTY, Told, order_id
from remit.cli.demo.world import World


@dataclass(frozen=True, slots=True)
class Effects:
    """`paid`: refunds by this load. `lost`: told DONE, and not there. `doubled`: there twice. `untold`: there, and told otherwise.
    `wrong`: orders that have lost another sum than their refunds."""

    paid: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    untold: tuple[str, ...]
    wrong: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not (self.lost or self.doubled or self.untold or self.wrong)


def effects(told: Told, world: World, clients: int) -> Effects:
    rows = world.rows("refunds").values()
    by_key = Counter(str(row["reason"]) for row in rows if str(row["reason"]) in told.payable)
    done = {key for key, act in told.acts.items() if act.outcome == "DONE"}
    left = {order: int(row["refundable"]) for order, row in world.rows("orders").items()}
    taken = Counter(str(row["order_id"]) for row in rows)
    own = {order_id(number) for number in range(clients)}
    return Effects(
        paid=by_key.total(),
        lost=tuple(sorted(done - by_key.keys())),
        doubled=tuple(sorted(key for key, count in by_key.items() if count > 1)),
        untold=tuple(sorted(by_key.keys() - done)),
        wrong=tuple(sorted(order for order in own if PLENTY - left[order] != PAID * taken[order])),
    )
