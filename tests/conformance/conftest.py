from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from remit.local.verifiedpermissions import VerifiedPermissions
from remit.local.verifiedpermissions.server import serving
from tests.conformance.policy_stores import client_of

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import VerifiedPermissionsClient


@pytest.fixture(scope="module")
def client() -> "Iterator[VerifiedPermissionsClient]":
    """A boto3 client of a service of this module's own."""
    with serving(VerifiedPermissions()) as url:
        yield client_of(url)
