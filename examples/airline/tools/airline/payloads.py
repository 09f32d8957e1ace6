"""What the airline domain lets an agent ask for: the airline's tools, typed, with the limits of the airline's policy on the fields."""

from typing import Annotated, Literal

from pydantic import Field

from remit.domain.payload import Cents, Payload

ConversationId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,79}$", description="The run that serves this conversation")]
UserId = Annotated[str, Field(pattern=r"^[a-z]+_[a-z]+_[0-9]{1,6}$")]
ReservationId = Annotated[str, Field(pattern=r"^[A-Z0-9]{6}$")]
PaymentId = Annotated[str, Field(pattern=r"^[a-z_]+_[0-9]{1,12}$")]
Airport = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Date = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Bags = Annotated[int, Field(ge=0, le=50)]
Cabin = Literal["basic_economy", "economy", "business"]


class Flight(Payload):
    flight_number: Annotated[str, Field(pattern=r"^[A-Z]{3}[0-9]{3}$")]
    date: Date


class Passenger(Payload):
    first_name: Name
    last_name: Name
    dob: Date


class Payment(Payload):
    payment_id: PaymentId
    amount: Cents


Flights = Annotated[list[Flight], Field(min_length=1, max_length=10)]
Passengers = Annotated[list[Passenger], Field(min_length=1, max_length=5)]


class CustomerPayload(Payload):
    """Every action is for one customer in one conversation."""

    conversation_id: ConversationId
    user_id: UserId


class ReservationPayload(CustomerPayload):
    reservation_id: ReservationId


class BookReservation(CustomerPayload):
    """One cabin, and the same flights, for all passengers."""

    origin: Airport
    destination: Airport
    flight_type: Literal["one_way", "round_trip"]
    cabin: Cabin
    flights: Flights
    passengers: Passengers
    payment_methods: Annotated[list[Payment], Field(min_length=1, max_length=5)]
    total_baggages: Bags
    nonfree_baggages: Bags
    insurance: Literal["yes", "no"]


class CancelReservation(ReservationPayload):
    pass


class UpdateReservationFlights(ReservationPayload):
    """All flights of the changed reservation, also those that stay, in one cabin."""

    cabin: Cabin
    flights: Flights
    payment_id: PaymentId


class UpdateReservationBaggages(ReservationPayload):
    total_baggages: Bags
    nonfree_baggages: Bags
    payment_id: PaymentId


class UpdateReservationPassengers(ReservationPayload):
    passengers: Passengers


class SendCertificate(ReservationPayload):
    """Compensation for what happened to one reservation."""

    amount: Cents
