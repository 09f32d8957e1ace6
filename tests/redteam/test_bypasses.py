"""Every way around the gate is refused, by each layer that is said to refuse it, alone."""

import pytest

from tests.redteam.bypasses import BYPASSES
from tests.redteam.layers import Attempt

CELLS = [(bypass.name, layer, tried) for bypass in BYPASSES for layer, tried in bypass.layers.items()]


@pytest.mark.parametrize(("name", "layer", "tried"), CELLS, ids=[f"{name}-{layer}" for name, layer, _ in CELLS])
def test_the_layer_refuses_it_by_itself(name: str, layer: str, tried: Attempt) -> None:
    assert tried()


def test_whatever_moves_money_is_refused_by_two_layers_at_least() -> None:
    assert [bypass.name for bypass in BYPASSES if bypass.money and len(bypass.layers) < 2] == []
