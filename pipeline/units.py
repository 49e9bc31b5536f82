"""Units as technical texts write them, with their dimension and the factor to its base unit.

A counted noun is a unit too: `4 sensors` has the unit `sensor` and the dimension `count:sensor`.
"""

from __future__ import annotations

import re
from typing import Final

WORD_NUMBERS: Final = {
    name: float(value)
    for value, name in enumerate(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), start=2
    )
} | {"twenty": 20.0, "thirty": 30.0, "fifty": 50.0, "hundred": 100.0}

_TABLE: Final = """
length      1e-9     nm nanometre nanometer
length      1e-6     µm um micron micrometre micrometer
length      1e-3     mm millimetre millimeter
length      1e-2     cm centimetre centimeter
length      1        m metre meter
length      1e3      km kilometre kilometer
length      0.0254   inch inches
length      0.3048   ft foot feet
area        1e-6     mm² mm2 mm^2
area        1e-4     cm² cm2 cm^2
area        1        m² m2 m^2
area        1e4      ha hectare
volume      1e-9     µl microlitre microliter
volume      1e-6     ml mL millilitre milliliter cm³ cm3
volume      1e-3     l L litre liter
volume      1        m³ m3 m^3
time        1e-9     ns nanosecond
time        1e-6     µs us microsecond
time        1e-3     ms millisecond msec
time        1        s sec second
time        60       min minute
time        3600     h hr hour
time        86400    d day
time        604800   week
time        2629746  month
time        31556952 year
frequency   1        Hz hertz
frequency   1e3      kHz kilohertz
frequency   1e6      MHz megahertz
frequency   1e9      GHz gigahertz
ratio       1e-2     % percent pct
ratio       1e-6     ppm
temperature 1        K kelvin
pressure    1        Pa pascal
pressure    1e2      mbar hPa
pressure    1e3      kPa kilopascal
pressure    1e5      bar
pressure    1e6      MPa megapascal
pressure    6894.757 psi
voltage     1e-6     µV
voltage     1e-3     mV millivolt
voltage     1        V volt
voltage     1e3      kV kilovolt
current     1e-6     µA
current     1e-3     mA milliampere milliamp
current     1        A ampere amp
charge      3.6      mAh
charge      3600     Ah
power       1e-3     mW milliwatt
power       1        W watt
power       1e3      kW kilowatt
power       1e6      MW megawatt
energy      1        J joule
energy      1e3      kJ
energy      3600     Wh
energy      3.6e6    kWh
mass        1e-9     µg microgram
mass        1e-6     mg milligram
mass        1e-3     g gram
mass        1        kg kilogram
density     1        kg/m³ kg/m3 kg/m^3
density     1e3      g/cm³ g/cm3 kg/l
mass        1e3      t tonne
force       1e-3     mN
force       1        N newton
force       1e3      kN
torque      1        Nm N·m
speed       1        m/s
speed       1e-3     mm/s
speed       0.277778 km/h
rotation    1        rpm
flow        1.66667e-5 l/min L/min
flow        2.77778e-7 l/h L/h
flow        2.77778e-4 m³/h m3/h
conductivity 1       W/mK W/(m·K) W/(mK) W/m·K W/m/K
resistance  1        Ω ohm
resistance  1e3      kΩ kohm
capacitance 1e-12    pF
capacitance 1e-9     nF
capacitance 1e-6     µF
angle       1        ° degree deg
level       1        dB decibel
powerlevel  1        dBm
data        1        bit
data        8        byte
data        8e3      kB KB kilobyte
data        8e6      MB megabyte
data        8e9      GB gigabyte
datarate    1e3      kbit/s kbps
datarate    1e6      Mbit/s Mbps
concentration 1      mol/l mol/L M
concentration 1e-3   mmol/l mM
"""
_CELSIUS: Final = ("°C", "℃", "° C", "deg C", "degrees Celsius", "degree Celsius", "degrees C", "celsius")
_FAHRENHEIT: Final = ("°F", "° F", "degrees Fahrenheit", "degree Fahrenheit", "degrees F", "fahrenheit")

_NAME: Final = 3
"""Letters from which a spelling is a word with a plural, not a symbol."""


def _read() -> tuple[dict[str, tuple[str, float, float]], dict[str, str]]:
    scales = {"°C": ("temperature", 1.0, 273.15), "°F": ("temperature", 5 / 9, 459.67 * 5 / 9)}
    names = dict.fromkeys(_CELSIUS, "°C") | dict.fromkeys(_FAHRENHEIT, "°F")
    names |= {"percentage point": "%", "percentage points": "%", "per cent": "%"}
    for line in _TABLE.strip().splitlines():
        dimension, factor, *spellings = line.split()
        canonical = spellings[0]
        scales[canonical] = (dimension, float(factor), 0.0)
        for spelling in spellings:
            names[spelling] = canonical
            if spelling.isalpha() and spelling.islower() and len(spelling) >= _NAME:
                names[f"{spelling}s"] = canonical
    return scales, names


_SCALES, _NAMES = _read()
_ALIASES: Final = {**_NAMES, **{name.replace("µ", "μ"): unit for name, unit in _NAMES.items() if "µ" in name}}
UNIT_PATTERN: Final = "|".join(re.escape(name) for name in sorted(_ALIASES, key=len, reverse=True))
"""Alternatives of a regular expression, longest first; symbols are case-sensitive (`mW` is not `MW`)."""


def canonical(spelling: str) -> str:
    """Return the canonical unit of a spelling (`seconds` → `s`); a counted noun comes back singular."""
    known = _ALIASES.get(spelling) or _ALIASES.get(spelling.lower())
    return known if known is not None else _singular(spelling.lower())


def scale(unit: str) -> tuple[str, float, float]:
    """Return (dimension, factor, offset): `value * factor + offset` is in the base unit."""
    return _SCALES.get(unit, (f"count:{unit}", 1.0, 0.0))


def _singular(noun: str) -> str:
    if noun.endswith("ies") and noun not in ("dies", "ties"):
        return f"{noun[:-3]}y"
    if noun.endswith(("sses", "xes", "ches", "shes")):
        return noun[:-2]
    return noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun
