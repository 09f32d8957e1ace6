"""The target of the end-to-end tests is there and has what they need, or is named with what it lacks."""

import pytest
import requests

from tests.e2e import targets


def test_what_a_localstack_lacks_is_named() -> None:
    everything = dict.fromkeys(targets.NEEDED, "available")
    assert targets.missing({"services": everything}) == []
    assert targets.missing({"services": {**everything, "cognito-idp": "running"}}) == []
    del everything["cognito-idp"], everything["verifiedpermissions"]
    assert targets.missing({"services": everything}) == ["cognito-idp", "verifiedpermissions"]


@pytest.mark.parametrize("health", [{}, {"services": []}, {"services": None}])
def test_one_that_says_nothing_lacks_everything(health: dict[str, object]) -> None:
    assert targets.missing(health) == list(targets.NEEDED)


def test_a_target_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMIT_E2E_TARGET", "moon")
    with pytest.raises(targets.NoTarget, match="'moon' is no target: choose one of ministack, localstack"):
        targets.target()


def test_an_address_where_nothing_answers_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> requests.Response:
        raise requests.ConnectionError

    monkeypatch.setattr(requests, "get", nobody)
    monkeypatch.setenv("LOCALSTACK_ENDPOINT", "http://127.0.0.1:9/")
    with pytest.raises(targets.NoTarget, match=r"No LocalStack answers at http://127\.0\.0\.1:9: start one"):
        targets.localstack()
