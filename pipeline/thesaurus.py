"""Words of technical English that stand for one another, and pairs that exclude each other.

General wording only, the kind in which two authors describe one thing differently; the terms of a field are
left to the encoder. A synonym counts a little less than the word itself; an opposite caps the support at
PARTLY.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from index.text import BOILERPLATE, stem, tokens

_SYNONYMS: Final = """
measure sense detect gauge
determine compute calculate derive ascertain
estimate predict forecast
controller microcontroller microprocessor processor
store save record retain memorise
transmit send broadcast emit
receive obtain acquire collect
attach fasten fix mount secure affix fit
connect couple link join
housing casing enclosure shell
tank reservoir container vessel
pipe tube conduit hose line duct
plate panel sheet board
layer film coating skin coat
cover lid cap
motor drive actuator
valve tap
sensor probe detector transducer
wireless radio wirelessly
threshold limit bound setpoint
interval period duration
velocity speed rate
begin start initiate trigger
stop end halt terminate cease
increase raise rise grow
decrease reduce lower fall drop decline lessen
select choose pick
heat warm
cool chill
adjust regulate modify change vary
image picture photograph frame
camera imager
rotate turn spin swivel
rod bar shaft
spring resilient elastic
soft flexible compliant pliable
hard rigid stiff
adhesive glue bond
aperture opening hole orifice
groove channel recess slot
network model
train learn fit
example sample instance datum
weight coefficient factor
loss cost objective
batch minibatch
accuracy precision correctness
score metric figure
sort rank order
message packet frame datagram
server host
user operator person
display screen monitor show
vehicle car automobile
water liquid fluid
coolant refrigerant
moisture humidity wetness
battery accumulator cell
temperature heat thermal
force pressure load
vibration oscillation
object article item product
ultraviolet uv
aluminium aluminum
pulse impulse
bury embed insert
repeat again reiterate
preceding previous last past prior foregoing
shallow upper
deep lower
reading measurement value
"""
_OPPOSITES: Final = """
open close
opening closing
increase decrease
raise lower
above below
before after
inside outside
inner outer
horizontal vertical
parallel perpendicular
upstream downstream
wired wireless
rigid flexible
charge discharge
lock unlock
heat cool
wet dry
static rotating
continuous intermittent
maximum minimum
highest lowest
active passive
manual automatic
linear nonlinear
random deterministic
front rear
top bottom
left right
first last
insert remove
encrypt decrypt
compress expand
analogue digital
opaque transparent
"""
_ALSO_DULL: Final = "use used using step steps one another first arranged operable suitable"


@cache
def groups() -> dict[str, frozenset[int]]:
    """Return the synonym groups (by number) of each stem."""
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_SYNONYMS.strip().splitlines()):
        for word in line.split():
            for token in tokens(word):
                found.setdefault(token.stem, set()).add(number)
    return {stem: frozenset(numbers) for stem, numbers in found.items()}


@cache
def boilerplate() -> frozenset[str]:
    """Return the stems that say nothing about what is claimed."""
    return frozenset(stem(word) for word in (*BOILERPLATE, *_ALSO_DULL.split()))


@cache
def opposites() -> dict[str, frozenset[str]]:
    """Return, for a lower-case word form, the forms that exclude it."""
    found: dict[str, set[str]] = {}
    for line in _OPPOSITES.strip().splitlines():
        first, second = (_forms(word) for word in line.split())
        for forms, others in ((first, second), (second, first)):
            for form in forms:
                found.setdefault(form, set()).update(others)
    return {form: frozenset(others) for form, others in found.items()}


def _forms(word: str) -> set[str]:
    base = word.removesuffix("e")
    doubled = f"{word}{word[-1]}"
    return {word, f"{word}s", f"{base}ed", f"{base}es", f"{base}ing", f"{doubled}ed", f"{doubled}ing"}
