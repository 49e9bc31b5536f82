from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.quantities import Quantity, meets, quantities


def _one(text: str) -> Quantity:
    found = quantities(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "low", "high", "unit", "comparator"),
    [
        ("between 5 and 10 °C", 5, 10, "°C", "range"),
        ("at least 30 %", 30, math.inf, "%", ">="),
        ("0.5-2 mm", 0.5, 2, "mm", "range"),
        ("a delay of < 3 s", -math.inf, 3, "s", "<"),
        ("no more than 5 millimetres", -math.inf, 5, "mm", "<="),
        ("20 °C or more", 20, math.inf, "°C", ">="),
        ("from 0.1% to about 50% by volume", 0.1, 50, "%", "range"),
        ("5 ± 1 mm", 4, 6, "mm", "range"),
        ("3,000 psi", 3000, 3000, "psi", "="),
        ("a learning rate of 3e-4", 3e-4, 3e-4, "", "="),
        ("1.5 percentage points", 1.5, 1.5, "%", "="),
        ("two identical soil probes", 2, 2, "probe", "="),
        ("at least 16 capacitive cells", 16, math.inf, "cell", ">="),
        ("a sub-gigahertz receiver", -math.inf, 1, "GHz", "<"),
        ("exceeds three times its resting value", 3, math.inf, "time", ">"),
        ("500 ms", 500, 500, "ms", "="),
    ],
)
def test_amounts_are_read_with_unit_and_comparator(
    text: str, low: float, high: float, unit: str, comparator: str
) -> None:
    found = _one(text)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert (found.unit, found.comparator) == (unit, comparator)


@pytest.mark.parametrize(
    "text",
    [
        "the valve 12 opens (14)",
        "IEEE 802.15.4 in 3D",
        "of claim 1",
        "FIG. 3",
        "RS485",
        "at least one valve",
        "step 2",
    ],
)
def test_names_labels_and_reference_signs_are_no_amounts(text: str) -> None:
    assert quantities(text) == ()


@pytest.mark.parametrize(
    ("demanded", "offered", "met"),
    [
        ("between 5 and 10 °C", "at 7 °C", True),
        ("between 5 and 10 °C", "from 8 to 20 °C", True),
        ("between 5 and 10 °C", "from 2 to 20 °C", False),
        ("between 5 and 10 °C", "at 7 mm", False),
        ("at least 30 %", "40 percent", True),
        ("more than 30 %", "30 %", False),
        ("at least 30 %", "at least 20 %", False),
        ("at least 10 mm", "at most 20 mm", False),
        ("500 ms", "0.5 seconds", True),
        ("5 mm", "1 to 10 mm", False),
        ("5 mm", "5 to 10 mm", True),
        ("about 5 mm", "5.2 mm", True),
        ("5 mm", "5.2 mm", False),
        ("for 30 seconds", "within 30 s", True),
        ("a share of 0.3", "30 %", True),
        ("two valves", "two pumps", False),
        ("sub-gigahertz", "868 MHz", True),
        ("sub-gigahertz", "2.4 GHz", False),
    ],
)
def test_a_quote_meets_an_amount_only_inside_it(demanded: str, offered: str, met: bool) -> None:
    assert meets(_one(demanded), quantities(offered)) is met


@given(st.text(max_size=300))
def test_any_text_is_read_and_spans_lie_in_order_inside_it(text: str) -> None:
    end = 0
    for found in quantities(text):
        assert end <= found.start < found.end <= len(text)
        assert found.low <= found.high
        end = found.end


@given(st.integers(1, 999), st.sampled_from(["mm", "°C", "%", "s", "Hz", "kPa"]))
def test_every_amount_meets_itself_and_no_other_value(value: int, unit: str) -> None:
    written, other = f"{value} {unit}", f"{value + 1} {unit}"
    assert meets(_one(written), quantities(written))
    assert not meets(_one(written), quantities(other))


def test_an_approximate_range_is_wider_by_a_tenth() -> None:
    assert meets(_one("about 100 °C"), quantities("95 °C"))
    assert not meets(_one("about 100 °C"), quantities("80 °C"))


@pytest.mark.parametrize(("text", "last"), [("a plate of 1 x 100 mm", 100), ("10 X 1000 mm", 1000)])
def test_a_side_of_a_hundred_is_no_power_of_ten(text: str, last: float) -> None:
    side = quantities(text)[-1]
    assert (side.low, side.high, side.unit) == (last, last, "mm")


def test_a_capital_x_before_a_power_of_ten_is_read_as_a_small_one() -> None:
    (amount,) = quantities("diluted to 1X 10^3 mm")
    assert (amount.low, amount.unit) == (1000.0, "mm")
