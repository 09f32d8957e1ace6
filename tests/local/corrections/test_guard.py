import pytest

from remit.local.cloud import LocalCloudError
from remit.local.corrections import MINISTACK, guard


def test_the_pinned_version_is_accepted() -> None:
    guard(MINISTACK)


def test_any_other_version_is_refused_by_name() -> None:
    with pytest.raises(LocalCloudError, match=r"needs ministack 1\.5\.33 exactly, and 1\.6\.0 is installed"):
        guard("1.6.0")
