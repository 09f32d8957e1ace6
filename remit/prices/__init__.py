"""What AWS asks for, as data: each price with its source, and the date on which it was read."""

from functools import cache
from importlib.resources import files

from remit.domain.price import Prices


@cache
def list_prices() -> Prices:
    return Prices.model_validate_json(files("remit.prices").joinpath("aws.json").read_bytes())
