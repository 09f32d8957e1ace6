"""One service on a loopback port for all tests below, with a clock and an identity provider that the tests own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
import pytest

from remit.local.verifiedpermissions import VerifiedPermissions
from remit.local.verifiedpermissions.server import serving
from tests.local.verifiedpermissions.samples import SCHEMA
from tests.local.verifiedpermissions.tokens import Issuer

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import VerifiedPermissionsClient


class MovableClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


@pytest.fixture(scope="session")
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(scope="session")
def running(clock: MovableClock, issuer: Issuer) -> Iterator[tuple[VerifiedPermissions, str]]:
    service = VerifiedPermissions(keys=issuer, now=clock)
    with serving(service) as url:
        yield service, url


@pytest.fixture(scope="session")
def connected(running: tuple[VerifiedPermissions, str]) -> "VerifiedPermissionsClient":
    return boto3.client(
        "verifiedpermissions", endpoint_url=running[1], region_name="us-east-1", aws_access_key_id="any", aws_secret_access_key="any"
    )


@pytest.fixture
def service(running: tuple[VerifiedPermissions, str]) -> Iterator[VerifiedPermissions]:
    """The service, empty at first."""
    yield running[0]
    running[0].reset()


@pytest.fixture
def client(service: VerifiedPermissions, connected: "VerifiedPermissionsClient") -> "VerifiedPermissionsClient":
    """A boto3 client of the service."""
    return connected


@pytest.fixture
def store(client: "VerifiedPermissionsClient") -> str:
    """The id of a STRICT store with the sample schema."""
    created = client.create_policy_store(validationSettings={"mode": "STRICT"})["policyStoreId"]
    client.put_schema(policyStoreId=created, definition={"cedarJson": SCHEMA})
    return created


@pytest.fixture
def loose(client: "VerifiedPermissionsClient") -> str:
    """The id of a store without validation and without a schema."""
    return client.create_policy_store(validationSettings={"mode": "OFF"})["policyStoreId"]
