"""Claims into limitations by rules: preamble, transition, body, nested clauses.

The result is a **partition** of the claim: every word lies in exactly one limitation or in a connector, and a
connector holds nothing but list labels and the words of `CONNECTORS` (or, in a dependent claim, the reference
to its parent). Nothing of an invention can get lost between two features.

Rules find preamble, transition and body almost always, and the clauses of the body only roughly (published:
94 to 100 % and about a third); hence the features are shown for editing before any search.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CONNECTING: Final = """
comprising comprises comprise comprised consisting consists of essentially including includes include having
has contains containing contain composed characterized characterised in by that the which and wherein whereby
where said step steps following a an then further also being is are at least for to new improved method
process system apparatus device assembly composition article kit product machine use claim means
"""
CONNECTORS: Final = frozenset(_CONNECTING.split())
"""Lower-case words that may stand between two limitations without belonging to one."""

AIM: Final = 15
"""Limitations a claim should not exceed: long clauses are cut again only below this number."""
_LONG: Final = 34
"""Words from which a clause is cut again at inner joints."""
_OVERLONG: Final = 2 * _LONG
"""Words from which a clause is cut again whatever the number."""
_SHORT: Final = 4
"""Words that each side of an inner cut keeps."""

_NUMBERED: Final = re.compile(
    r"(?:\A|(?<=\n))[ \t]*(?:[-*] )?(?:claim\s+)?(\d{1,3})\s*[.):]\s+(?=[A-Z“\"(])", re.IGNORECASE
)
_REFERENCE: Final = re.compile(
    r"\A\W*(?:an?|the|one or more)?\s?[^,;:\n]{0,90}?"
    r"\b(?:claims?\s+\d+(?:\s*(?:-|–|to|,|or|and|through)\s*\d+)*"
    r"|(?:preceding|previous|above|foregoing)\s+claims?)",
    re.IGNORECASE,
)
_TRANSITION: Final = re.compile(
    r"\b(?:(?:which|that)\s+)?(?:compris(?:ing|es?|ed\s+of)|consist(?:ing|s)(?:\s+essentially)?\s+of|includ(?:ing|es)"
    r"|(?:is\s+|being\s+)?characteri[sz]ed\s+(?:in|by)(?:\s+that)?|composed\s+of|contain(?:ing|s)|having)"
    r"(?:\s+(?:the|at\s+least\s+the|the\s+following)?\s*(?:following\s+)?steps?(?:\s+of)?)?(?:\s+that)?\s*:?",
    re.IGNORECASE,
)
_STRONG: Final = re.compile(r"compris|consist|characteri", re.IGNORECASE)
_LABEL: Final = re.compile(
    r"(?:\A|(?<=[;:,\n])|(?<=\band)|(?<=\bor))\s*(?:[-*•–]\s+|\(?(?:[a-z]|[ivx]{1,5}|\d{1,2}|[A-Z]\d{0,2})[.)]{1,2}\s+"
    r"|\((?:[a-z]|[ivx]{1,5}|\d{1,2})\)\s*)(?=\S)"
)
_BREAK: Final = re.compile(r";|\n")
_WHERE: Final = re.compile(
    r"(?:[,:]\s*|\s)(?:and\s+)?(?=(?:wherein|whereby|characteri[sz]ed\s+(?:in|by)(?:\s+that)?)\b)",
    re.IGNORECASE,
)
_ELEMENT: Final = r"an?|at least|one or more|two|three|four|five|a plurality of|means for|optionally"
_COMMA_ELEMENT: Final = re.compile(rf",\s*(?:and\s+)?(?=(?:{_ELEMENT})\s)", re.IGNORECASE)
_AND_ELEMENT: Final = re.compile(rf"{_COMMA_ELEMENT.pattern}|\s+and\s+(?=(?:{_ELEMENT})\s)", re.IGNORECASE)
_STEP: Final = r"(?!having\b|being\b|during\b|includ|compris|contain|consist|accord)[a-z]{3,}ing"
_COMMA_STEP: Final = re.compile(
    rf",\s*(?:and\s+)?(?:then\s+)?(?={_STEP}\s)"
    rf"|(?<!ing)\s+and\s+(?:then\s+)?(?={_STEP}\s+(?:an?|the|said|each|at\s+least|one)\b|[a-z]{{4,}}ing\s)"
)
_INNER: Final = (
    re.compile(
        r",\s*(?:and\s+)?(?=(?:so that|such that|in which|at which|for which|the [\w-]+ (?:being|having))\b)"
    ),
    re.compile(r",\s*and\s+(?=(?:configured|adapted|arranged|operable|is|are|to)\b)"),
    # a clause with a verb of its own, not the next noun of an enumeration or of ", or after, the"
    re.compile(
        r"(?<!\bor)(?<!\band)(?<!\bif)(?<!\bwhen)(?<!\bafter)(?<!\bbefore),\s*(?:and\s+)?"
        r"(?=(?:the|said|each)\s(?:[^\s,;]+\s){1,9}?(?:is|are|has|have|having|being|includes?|including|compris\w+"
        r"|extend\w*|dispos\w+|\w{3,}ing|\w{3,}ed)\b)"
    ),
    _COMMA_ELEMENT,
)
_JOINED: Final = re.compile(r"\b(?:between|both|either)\s[^,;:\n]{1,80}\Z")
"""What stands before an "and" that joins two nouns of one limitation."""
_CONDITION: Final = re.compile(
    r"\W*(?:(?:and|then)\s+)*(?:when(?:ever)?|if|while|once|upon|after|before|until|in response to)\b"
    r"[^,;:\n]*\Z",
    re.IGNORECASE,
)
"""What stands before a comma that parts a condition from what it governs: "when the water boils, pouring"."""
_OPEN: Final = re.compile(r"[(\[][^()\[\]]*[)\]]|“[^“”]*”|\"[^\"\n]*\"")
_LEADING: Final = re.compile(
    r"\A(?:\s|[,;:.•*–-]|(?:and|then|wherein|whereby|characteri[sz]ed\s+(?:in|by)(?:\s+that)?|in\s+that)\b(?!-))+",
    re.IGNORECASE,
)
_TRAILING: Final = re.compile(r"(?:[\s,;:.]|(?<=\s)and)+\Z", re.IGNORECASE)
_METHOD: Final = re.compile(r"\b(?:method|process|procedure|use)\b", re.IGNORECASE)
_WORD: Final = re.compile(r"\w+(?:[-'’.]\w+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limitation:
    """A slice of the text: one limitation of a claim."""

    start: int
    end: int
    preamble: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedClaim:
    """A claim with its limitations, in text order. `reference` is the span that names a parent claim."""

    start: int
    end: int
    limitations: tuple[Limitation, ...]
    reference: tuple[int, int] | None = None

    @property
    def dependent(self) -> bool:
        return self.reference is not None


_CANCELLED: Final = re.compile(
    r"[\W\d]{0,40}(?:to\s[\W\d]{0,20})?cancell?ed\)?\.?\s*(?:\n|\Z)", re.IGNORECASE
)


def claims(text: str, start: int = 0, end: int | None = None) -> tuple[ParsedClaim, ...]:
    """Parse the claims of `text[start:end]`: numbered ones apart, otherwise by paragraph or as one.

    "1-35. (canceled)", as amended applications print it, is no claim.
    """
    end = len(text) if end is None else end
    while leading := _CANCELLED.match(text, start, end):
        start = leading.end()
    spans = _claim_spans(text, start, end)
    return tuple(
        parse(text, a, b) for a, b in spans if text[a:b].strip() and not _CANCELLED.fullmatch(text[a:b])
    )


def parse(text: str, start: int, end: int) -> ParsedClaim:
    """Parse one claim (without its number) into limitations."""
    reference = _reference(text, start, end)
    if reference is not None:
        body = _after_transition(text, reference[1], end)
        return ParsedClaim(
            start=start, end=end, limitations=tuple(_body(text, body, end, method=False)), reference=reference
        )
    transition = _transition(text, start, end)
    if transition is None:
        return ParsedClaim(start=start, end=end, limitations=tuple(_body(text, start, end, method=False)))
    head_end, body_start = transition
    limitations = list(_head(text, start, _without_echo(text, start, head_end)))
    method = _METHOD.search(text, start, head_end) is not None
    limitations.extend(_body(text, body_start, end, method=method))
    return ParsedClaim(start=start, end=end, limitations=tuple(limitations))


def _head(text: str, start: int, end: int) -> Iterator[Limitation]:
    """Yield the preamble; a long one, as before "characterised in that", holds limitations of its own."""
    head = _trimmed(text, start, end)
    if head is None or not _limits(text, head):
        return
    if words(text, *head) < _OVERLONG or (inner := _transition(text, *head)) is None:
        yield Limitation(start=head[0], end=head[1], preamble=True)
        return
    yield from _head(text, head[0], inner[0])
    method = _METHOD.search(text, head[0], inner[0]) is not None
    yield from _body(text, inner[1], head[1], method=method)


def looks_like_claim(text: str) -> bool:
    """Tell whether a paragraph has the grammar of a claim: head, transition or list, several clauses."""
    if (
        re.match(
            r"\W*(?:\d{1,2}[.)]\s+)?(?:an?|the|method|process|apparatus|use|\w+ing)\b", text, re.IGNORECASE
        )
        is None
    ):
        return _one_sentence_list(text)
    first_sentence_end = re.search(r"\.\s+[A-Z]", text)
    found = _transition(text, 0, len(text))
    if found is not None and (first_sentence_end is None or found[1] < first_sentence_end.start()):
        strong = _STRONG.search(text, found[0], found[1]) is not None
        return len(parse(text, 0, len(text)).limitations) > 2 and (strong or ";" in text)  # noqa: PLR2004 - a head and two elements
    return _one_sentence_list(text)


def _one_sentence_list(text: str) -> bool:
    """Tell whether a text is a list behind semicolons and not running text that uses them."""
    last = text.rfind(";")
    return text.count(";") > 1 and re.search(r"[.!?]\s+[A-Z]|\n", text[:last]) is None


def words(text: str, start: int, end: int) -> int:
    """Count the words of a slice."""
    return sum(1 for _ in _WORD.finditer(text, start, end))


def _claim_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    heads: list[re.Match[str]] = []
    for match in _NUMBERED.finditer(text, start, end):
        if int(match[1]) == len(heads) + 1:
            heads.append(match)
    if heads and not text[start : heads[0].start()].strip():
        for index, match in enumerate(heads):
            yield match.end(), heads[index + 1].start() if index + 1 < len(heads) else end
        return
    begin = start
    for gap in re.finditer(r"\n\s*\n(?:[-*] )?|\.\s*\n[-*] ", text[start:end]):
        after = start + gap.end()
        if _reference(text, after, end) is not None or _opens_claim(text, after, end):
            yield begin, start + gap.start()
            begin = after
    yield begin, end


def _opens_claim(text: str, start: int, end: int) -> bool:
    """Tell whether a list item is a claim of its own: "A method …, comprising"."""
    line = text.find("\n", start, end)
    found = _transition(text, start, end if line < 0 else line)
    return found is not None and _STRONG.search(text, *found) is not None


def _reference(text: str, start: int, end: int) -> tuple[int, int] | None:
    match = _REFERENCE.match(text[start:end])
    return None if match is None else (start, start + match.end())


def _after_transition(text: str, start: int, end: int) -> int:
    match = re.match(
        rf"[\s,]*(?:further\s+|also\s+)?(?:{_TRANSITION.pattern})|[\s,]*(?:further|wherein|whereby|where)\b",
        text[start:end],
        re.IGNORECASE,
    )
    return start if match is None else start + match.end()


def _transition(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the transition: the first one with a colon, else the first strong one, else the first."""
    clause = _BREAK.search(text, start, end)
    limit = end if clause is None else clause.start()
    covered = _covered(text, start, end)
    found = [m for m in _TRANSITION.finditer(text, start, end) if not _inside(m.start(), covered)]
    found = [m for m in found if m.start() < limit or m.group().endswith(":")]
    if not found:
        return None
    colon = next((m for m in found if m.group().endswith(":")), None)
    strong = next((m for m in found if _STRONG.search(m.group())), None)
    chosen = colon if colon is not None and colon.start() <= limit else strong or found[0]
    return chosen.start(), chosen.end()


def _body(text: str, start: int, end: int, *, method: bool) -> Iterator[Limitation]:
    spans = _cut(text, [(start, end)], _BREAK, _LABEL)
    spans = _cut(text, spans, _WHERE)
    if len(_real(text, spans)) < 3:  # noqa: PLR2004 - a list of two or more elements behind commas
        spans = _cut(text, spans, _COMMA_STEP if method else _AND_ELEMENT)
    for pattern in (_COMMA_STEP, *_INNER) if method else _INNER:
        spans = _cut_long(text, spans, pattern)
    for span in _real(text, spans):
        yield Limitation(start=span[0], end=span[1])


def _real(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Trim every span and leave out those that hold connectors only."""
    trimmed = (_trimmed(text, *span) for span in spans)
    return [span for span in trimmed if span is not None]


def _cut(text: str, spans: Sequence[tuple[int, int]], *patterns: re.Pattern[str]) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    for start, end in spans:
        covered = _covered(text, start, end)
        cuts = sorted(
            (start + m.start(), start + m.end())
            for pattern in patterns
            for m in pattern.finditer(text[start:end])
            if not _inside(start + m.start(), covered) and not _joins(text, start + m.start())
        )
        begin = start
        for cut_start, cut_end in cuts:
            if _governs(text, begin, cut_start):
                continue
            if cut_start > begin:
                pieces.append((begin, cut_start))
            begin = max(begin, cut_end)
        pieces.append((begin, end))
    return pieces


def _cut_long(text: str, spans: Sequence[tuple[int, int]], pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    count = len(_real(text, spans))
    for start, end in spans:
        begin = start
        covered = _covered(text, start, end)
        for match in pattern.finditer(text, start, end) if words(text, start, end) >= _LONG else ():
            enough = min(words(text, begin, match.start()), words(text, match.end(), end)) >= _SHORT
            room = count < AIM or words(text, begin, end) >= _OVERLONG
            whole = _inside(match.start(), covered) or _governs(text, begin, match.start())
            if enough and room and not whole:
                pieces.append((begin, match.start()))
                begin = match.end()
                count += 1
        pieces.append((begin, end))
    return pieces


def _joins(text: str, position: int) -> bool:
    """Tell whether an "and" at a position only joins two nouns: "between the fingers and a palm"."""
    return text[position].isspace() and _JOINED.search(text, max(0, position - 100), position) is not None


def _governs(text: str, begin: int, position: int) -> bool:
    """Tell whether a comma only parts a condition from the step that it governs."""
    return text[position] == "," and _CONDITION.match(text[begin:position]) is not None


def _covered(text: str, start: int, end: int) -> list[tuple[int, int]]:
    return [m.span() for m in _OPEN.finditer(text, start, end)]


def _inside(position: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < position < end for start, end in spans)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    head = _LEADING.match(piece)
    start += 0 if head is None else head.end()
    tail = _TRAILING.search(text[start:end])
    end = end if tail is None else start + tail.start()
    found = _WORD.findall(text[start:end])
    symbol = len(found) == 1 and found[0].isupper()  # "A; B; and C"
    return (start, end) if symbol or any(w.lower() not in CONNECTORS for w in found) else None


def _without_echo(text: str, start: int, end: int) -> int:
    """Return where a preamble ends without a closing ", the method"."""
    comma = text.rfind(",", start, end)
    if comma < 0:
        return end
    tail = [word.lower() for word in _WORD.findall(text[comma:end])]
    return comma if all(word in CONNECTORS for word in tail) else end


def _limits(text: str, head: tuple[int, int]) -> bool:
    """Tell whether a preamble says more than its category ("A device" alone limits nothing)."""
    return any(
        w.lower() not in CONNECTORS | {"for", "to", "new", "improved"}
        for w in _WORD.findall(text[slice(*head)])
    )
