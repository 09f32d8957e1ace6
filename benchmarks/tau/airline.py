"""The airline: its database as it is at one moment of a task, and the facts that the airline policies look at."""

import re
from collections import Counter
from datetime import datetime

from pydantic import Field

from benchmarks.tau.corpus import Dollars, Row, Task, Write
from benchmarks.tau.world import World
from remit.domain.model import JsonObject

# "The current time is 2024-05-15 15:00:00 EST.": without a zone, as all times of the database.
NOW = datetime(2024, 5, 15, 15, 0, 0)
_FLOWN = {"landed", "flying"}
_USER_ID = re.compile(r"user id(?: is)?:?\s+'?([a-z]+_[a-z]+_[0-9]+)")


class Day(Row):
    status: str
    available_seats: dict[str, int] = Field(default_factory=dict)
    prices: dict[str, Dollars] = Field(default_factory=dict)


class Flight(Row):
    origin: str
    destination: str
    dates: dict[str, Day]


class Leg(Row):
    flight_number: str
    date: str


class Method(Row):
    id: str
    source: str


class Customer(Row):
    user_id: str
    membership: str
    payment_methods: dict[str, Method]


class Reservation(Row):
    reservation_id: str
    user_id: str
    origin: str
    destination: str
    flight_type: str
    cabin: str
    flights: tuple[Leg, ...]
    passengers: tuple[JsonObject, ...]
    created_at: datetime
    total_baggages: int
    insurance: str


class AirlineDatabase(Row):
    users: dict[str, Customer]
    reservations: dict[str, Reservation]
    flights: dict[str, Flight]


class Trip(Row):
    """The part of a payload that is about flights and passengers; a change names its reservation, a booking its passengers."""

    cabin: str = ""
    flights: tuple[Leg, ...] = ()
    passengers: tuple[JsonObject, ...] = ()


class Paid(Row):
    payment_id: str
    amount: int


class Tender(Row):
    user_id: str
    payment_methods: tuple[Paid, ...]


class Airline(World):
    def __init__(self, database: AirlineDatabase) -> None:
        self._customers, self._flights = database.users, database.flights
        self._reservations = dict(database.reservations)
        self._owners = {method: user for user in database.users.values() for method in user.payment_methods}
        self._changed: set[str] = set()

    def record(self, table: str, payload: JsonObject) -> JsonObject | None:
        match table:
            case "users":
                customer = self._customers.get(str(payload["user_id"]))
                return {"membership": customer.membership} if customer else None
            case "payment-methods":
                return self._payment(str(payload["payment_id"]))
            case "parties":
                return {"passengers": len(Trip.model_validate(payload).passengers)}
            case "tenders":
                return self._tender(Tender.model_validate(payload))
        reservation = self._reservations.get(str(payload.get("reservation_id")))
        if table == "itineraries":
            return self._itinerary(Trip.model_validate(payload), reservation)
        return self._reservation(reservation) if reservation else None

    def user_of(self, task: Task) -> str:
        """The user id that the user gives."""
        (user,) = _USER_ID.findall(task.user_known_info)
        return str(user)

    def _apply(self, write: Write, result: JsonObject) -> None:
        """The reservation as the tool left it. Seats stay as they are: the original tools do not take them either."""
        reservation = Reservation.model_validate(result)
        self._reservations[reservation.reservation_id] = reservation
        if write.function in {"update_reservation_flights", "cancel_reservation"}:
            self._changed.add(reservation.reservation_id)

    def _payment(self, method_id: str) -> JsonObject | None:
        owner = self._owners.get(method_id)
        return {"user_id": owner.user_id, "kind": owner.payment_methods[method_id].source} if owner else None

    def _tender(self, tender: Tender) -> JsonObject:
        profile = self._customers[tender.user_id].payment_methods
        kinds = Counter(profile[paid.payment_id].source if paid.payment_id in profile else "unknown" for paid in tender.payment_methods)
        return {
            "certificates": kinds["certificate"],
            "credit_cards": kinds["credit_card"],
            "gift_cards": kinds["gift_card"],
            "unknown": kinds["unknown"],
            "paid": sum(paid.amount for paid in tender.payment_methods),
        }

    def _reservation(self, reservation: Reservation) -> JsonObject:
        statuses = {day.status for leg in reservation.flights if (day := self._day(leg))}
        return {
            "user_id": reservation.user_id,
            "cabin": reservation.cabin,
            "flight_type": reservation.flight_type,
            "origin": reservation.origin,
            "destination": reservation.destination,
            "passengers": len(reservation.passengers),
            "bags": reservation.total_baggages,
            "insured": reservation.insurance == "yes",
            "age_seconds": int((NOW - reservation.created_at).total_seconds()),
            "flown": bool(statuses & _FLOWN),
            "cancelled_by_airline": "cancelled" in statuses,
            "delayed": "delayed" in statuses,
            "changed": reservation.reservation_id in self._changed,
        }

    def _itinerary(self, trip: Trip, reservation: Reservation | None) -> JsonObject:
        before = frozenset(reservation.flights) if reservation else frozenset()
        kept = before if reservation and reservation.cabin == trip.cabin else frozenset()
        travellers = len(reservation.passengers if reservation else trip.passengers)
        flights = [self._flights[leg.flight_number] for leg in trip.flights if leg.flight_number in self._flights]
        stops = [*(flight.origin for flight in flights[:1]), *(flight.destination for flight in flights)] or [""]
        return {
            "origin": stops[0],
            "end": stops[-1],
            "stops": [*sorted(set(stops))],
            "changed": len(before ^ frozenset(trip.flights)),
            "unavailable": sum(not self._bookable(leg, trip.cabin, travellers) for leg in trip.flights if leg not in kept),
            "fare": travellers * sum(day.prices.get(trip.cabin, 0) for leg in trip.flights if (day := self._day(leg))),
        }

    def _bookable(self, leg: Leg, cabin: str, travellers: int) -> bool:
        day = self._day(leg)
        return day is not None and day.status == "available" and day.available_seats.get(cabin, 0) >= travellers

    def _day(self, leg: Leg) -> Day | None:
        flight = self._flights.get(leg.flight_number)
        return flight.dates.get(leg.date) if flight else None
