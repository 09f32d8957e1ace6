"""The shop: its database as it is at one moment of a task, and the facts that the retail policies look at."""

from collections import Counter, defaultdict
from typing import NamedTuple

from benchmarks.tau.corpus import Dollars, Row, Task, Write
from benchmarks.tau.world import World
from remit.domain.model import Json, JsonObject

_ONCE_PER_ORDER = {"modify_pending_order_address": "address", "modify_pending_order_payment": "payment"}


class Item(Row):
    item_id: str
    product_id: str
    price: Dollars


class Payment(Row):
    transaction_type: str
    amount: Dollars
    payment_method_id: str


class Order(Row):
    order_id: str
    user_id: str
    items: tuple[Item, ...]
    status: str
    payment_history: tuple[Payment, ...]


class Method(Row):
    id: str
    source: str
    balance: Dollars = 0


class Address(Row):
    zip: str


class PersonName(Row):
    first_name: str
    last_name: str

    def within(self, told: str) -> bool:
        return self.first_name.lower() in told and self.last_name.lower() in told


class Customer(Row):
    user_id: str
    name: PersonName
    address: Address
    email: str
    payment_methods: dict[str, Method]


class Variant(Row):
    item_id: str
    available: bool
    price: Dollars


class Product(Row):
    product_id: str
    variants: dict[str, Variant]


class ShopDatabase(Row):
    users: dict[str, Customer]
    orders: dict[str, Order]
    products: dict[str, Product]


class Offer(NamedTuple):
    product_id: str
    variant: Variant


class Swapped(Row):
    """The part of an exchange's or modification's payload that is about items."""

    order_id: str
    item_ids: tuple[str, ...]
    new_item_ids: tuple[str, ...] = ()


class Shop(World):
    def __init__(self, database: ShopDatabase) -> None:
        self._customers = database.users
        self._orders = dict(database.orders)
        self._methods = {method.id: method for user in database.users.values() for method in user.payment_methods.values()}
        self._owners = {method: user.user_id for user in database.users.values() for method in user.payment_methods}
        self._offers = {
            item: Offer(product.product_id, variant) for product in database.products.values() for item, variant in product.variants.items()
        }
        self._changes: defaultdict[str, list[Json]] = defaultdict(list)

    def record(self, table: str, payload: JsonObject) -> JsonObject | None:
        if table == "payment-methods":
            return self._payment(str(payload["payment_method_id"]))
        order = self._orders.get(str(payload["order_id"]))
        if order is None:
            return None
        if table == "orders":
            return self._order(order)
        swapped = Swapped.model_validate(payload)
        return _selection(order, swapped) if table == "selections" else self._swap(order, swapped)

    def user_of(self, task: Task) -> str:
        """By e-mail, or by name and zip code, as the shop's policy has it."""
        told, customers = task.user_known_info.lower(), self._customers.values()
        (user,) = [user for user in customers if user.email in told] or [
            user for user in customers if user.name.within(told) and user.address.zip in told
        ]
        return user.user_id

    def _apply(self, write: Write, result: JsonObject) -> None:
        """The order as the tool left it; only a gift card is charged and refunded at once."""
        if "order_id" not in result:
            return
        order = Order.model_validate(result)
        for payment in order.payment_history[len(self._orders[order.order_id].payment_history) :]:
            self._move(payment)
        self._orders[order.order_id] = order
        if write.function in _ONCE_PER_ORDER:
            self._changes[order.order_id].append(_ONCE_PER_ORDER[write.function])

    def _move(self, payment: Payment) -> None:
        method = self._methods[payment.payment_method_id]
        amount = payment.amount if payment.transaction_type == "refund" else -payment.amount
        self._methods[method.id] = method.model_copy(update={"balance": method.balance + amount})

    def _payment(self, method_id: str) -> JsonObject | None:
        method = self._methods.get(method_id)
        return {"user_id": self._owners[method_id], "kind": method.source, "balance": method.balance} if method else None

    def _order(self, order: Order) -> JsonObject:
        paid = order.payment_history[0]
        changes = self._changes[order.order_id]
        return {
            "user_id": order.user_id,
            "status": order.status,
            "total": paid.amount,
            "paid_with": paid.payment_method_id,
            "changes": [*changes],
        }

    def _swap(self, order: Order, swapped: Swapped) -> JsonObject:
        items = {item.item_id: item for item in order.items}
        pairs = [(items.get(old), self._offers.get(new)) for old, new in zip(swapped.item_ids, swapped.new_item_ids, strict=True)]
        return {
            "other_products": sum(not (old and new and old.product_id == new.product_id) for old, new in pairs),
            "same_variants": sum(old == new for old, new in zip(swapped.item_ids, swapped.new_item_ids, strict=True)),
            "unavailable": sum(not (new and new.variant.available) for _, new in pairs),
            "due": sum(new.variant.price - old.price for old, new in pairs if old and new),
        }


def _selection(order: Order, swapped: Swapped) -> JsonObject:
    return {"missing": (Counter(swapped.item_ids) - Counter(item.item_id for item in order.items)).total()}
