"""Signs and words of an expression, one after the other, each with its column."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.errors import QuerySyntaxError
from index.nodes import FIELDS, OPERATORS, PARAGRAPH, SENTENCE
from index.offices import EQUAL, SUFFIXES

SUFFIX = rf"(?<=[\w\")*?$])\.(?:{SUFFIXES})(?:,(?:{SUFFIXES}))*\.(?=[\s()]|$)"
AT = r"@[a-zA-Z]{2,4}\s*(?:<=|>=|=|<|>)\s*\d"
_EQUAL = "|".join(sorted(EQUAL, key=len, reverse=True))
EQUALS = rf'(?:{_EQUAL})\s*(?:==?|<=|>=|<|>)\s*(?=["(\w*<>=])|(?:{_EQUAL})\s+(?:within|any|all)\s+(?=")'
OFFICE = re.compile(
    rf"(?i:{SUFFIX}|(?<!\S){AT}|(?<!\S)\(*(?:{EQUALS}))|(?<!\S)(?:NEAR|ADJ)\d{{1,3}}(?=[\s(]|$)"
    r"|(?<!\S)prox/(?:distance|unit)"
)
"""Signs of an office's query, which make `and`, `or`, `not` and their like operators in lower case, too."""
_NEAR = (
    r"(?:NEAR|ADJ)(?:/?\d{1,9})?|SAME|WITH"
    r"|prox(?:/(?:distance(?:<=?|=)\d{1,4}|unit=\w{1,12}|ordered|unordered)){0,3}"
)
_TOKEN = rf"""\s*(?:(?P<open>\()|(?P<close>\))
    |(?P<operator>(?:AND|OR|NOT|XOR)(?=[\s()"]|$))|(?P<near>(?:{_NEAR})(?=[\s()"]|$))
    |(?P<sign>[+-](?=[\w"(]))
    |(?P<at>@[a-zA-Z]{{2,4}}(?=\s*[<>=]))
    |(?P<suffix>(?i:{SUFFIX}))
    |(?P<field>[^\W\d]\w*(?=:\S)|(?:{"|".join(FIELDS)})(?=:\s|:$)):|(?P<equal>(?i:{EQUALS}))
    |"(?P<phrase>[^"]*)"(?:~(?P<slop>\d{{1,4}}))?|(?P<quote>")
    |(?P<range>[\[{{][^\]}}"]*[\]}}])|(?P<word>(?:(?!(?i:{SUFFIX}))[^\s()"])+))"""
_STRICT = re.compile(_TOKEN, re.VERBOSE)
_LOOSE = re.compile(
    _TOKEN.replace("(?:AND|OR|NOT|XOR)", "(?i:AND|OR|NOT|XOR)").replace(f"(?:{_NEAR})", f"(?i:{_NEAR})"),
    re.VERBOSE,
)
_VALUE = re.compile(
    r'\s*(?:"(?P<phrase>[^"]*)"(?P<star>\*?)|(?P<range>[\[{][^\]}"]*[\]}])|(?P<plain>[^\s()"]+))'
)
_GLUED = re.compile(rf"(?i:{SUFFIX})")
UNCLOSED = "this quotation mark is never closed; add the second one"
_STRAIGHT = str.maketrans(
    {
        **dict.fromkeys("“”„‟″«»＂", '"'),
        **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2028\u2029\ufeff\u061c\x00", " "),
        **dict.fromkeys(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))), " "),
        "（": "(",
        "）": ")",
    }
)


@dataclass(frozen=True, slots=True)
class Reach:
    """How near an operator asks for."""

    between: int
    ordered: bool
    unit: str = ""


class Lexer:
    """The tokens of a query. `token` is the present one; `column` is where it begins, counted from 1."""

    def __init__(self, query: str) -> None:
        self.query = query
        self._text = query.translate(_STRAIGHT)
        self.office = bool(OFFICE.search(self._text))
        self._next = (_LOOSE if self.office else _STRICT).match
        self._place = 0
        self.token: re.Match[str] | None = None
        self.advance()

    @property
    def column(self) -> int:
        """The column of the token, of the last sign where the query has ended."""
        token = self.token
        return max(len(self.query), 1) if token is None else token.end() - len(token[0].lstrip()) + 1

    def advance(self) -> None:
        """Step on; `token` is None behind the last."""
        self.token = self._next(self._text, self._place)
        if self.token is not None:
            self._place = self.token.end()

    def operator(self) -> str:
        """Return the operator that stands here, in upper case; empty where none does."""
        return str(self.token["operator"] or "").upper() if self.token is not None else ""

    def at(self, kind: str) -> str:
        """Return the token's text where it is of that kind, else nothing."""
        return str(self.token[kind] or "") if self.token is not None else ""

    def value(self) -> tuple[str, bool, int]:
        """Read a value right behind the present token, whatever signs it has: text, phrase, column."""
        found = _VALUE.match(self._text, self._place)
        if found is None:
            self.advance()
            if self.at("quote"):
                raise self.refused(UNCLOSED)
            return "", False, self.column
        column = found.end() - len(found[0].lstrip()) + 1
        text = found["phrase"] + found["star"] if found["phrase"] is not None else found["range"] or ""
        if found["plain"] in OPERATORS:
            return "", False, column
        self._place = found.end()
        if found["plain"]:
            text = found["plain"]
            glued = _GLUED.search(text)
            if glued:
                text = text[: glued.start()]
                self._place = found.start("plain") + glued.start()
        self.advance()
        return text, found["phrase"] is not None, column

    def equal(self) -> tuple[str, str]:
        """Return the name and the relation of `ti=`, `ti all` and the like."""
        found = re.fullmatch(r"(\w+)\s*(\S+)\s*", self.at("equal"))
        assert found is not None
        return found[1], {"==": "=", "<>": "="}.get(found[2].lower(), found[2].lower())

    def opens(self) -> bool:
        """Return whether a bracket opens right behind the present token."""
        return self._text[self._place :].lstrip()[:1] == "("

    def slop(self) -> int:
        """Read `~3` right behind a phrase; 0 where there is none."""
        word = self.at("word")
        if self.token is None or self.token[0] != word or not re.fullmatch(r"~\d{1,3}", word):
            return 0
        self.advance()
        return int(word[1:])

    def more(self, pattern: re.Pattern[str]) -> str:
        """Return the present token where it is a word that fits, and step over it."""
        word = self.at("word")
        if not word or not pattern.fullmatch(word):
            return ""
        self.advance()
        return word

    def refused(self, reason: str, column: int | None = None) -> QuerySyntaxError:
        """Return the error that the query has a fault here, or at a column."""
        place = self.column if column is None else column
        return QuerySyntaxError(self.query, reason, min(max(place, 1), max(len(self.query), 1)))

    def reach(self) -> Reach:
        """Read an operator of nearness. Raises QuerySyntaxError."""
        word = self.at("near").upper()
        if word == "SAME":
            return Reach(PARAGRAPH, ordered=False, unit="SAME")
        if word == "WITH":
            return Reach(SENTENCE, ordered=False, unit="WITH")
        if word.startswith("PROX"):
            return self._prox(word)
        name, number = re.fullmatch(r"(NEAR|ADJ)(/?\d*)", word).groups()  # type: ignore[union-attr]
        if not number:
            if name == "ADJ":
                return Reach(0, ordered=True)
            raise self.refused("NEAR needs a distance; write NEAR/5 for five words between at most")
        between = int(number.lstrip("/")) - (not number.startswith("/"))
        if not 0 <= between <= PARAGRAPH:
            raise self.refused(f"{word} is no distance; use 0 to {PARAGRAPH} words")
        return Reach(between, ordered=name == "ADJ")

    def _prox(self, word: str) -> Reach:
        units = {"SENTENCE": Reach(SENTENCE, ordered=False, unit="WITH")}
        units["PARAGRAPH"] = Reach(PARAGRAPH, ordered=False, unit="SAME")
        unit = re.search(r"UNIT=(\w+)", word)
        if unit and unit[1] in units:
            return units[unit[1]]
        distance = re.search(r"DISTANCE(<=?|=)(\d+)", word)
        if distance is None or (unit and unit[1] != "WORD"):
            raise self.refused("prox needs a distance; write prox/distance<3")
        between = int(distance[2]) - (2 if distance[1] == "<" else 1)
        if not 0 <= between <= PARAGRAPH:
            raise self.refused(f"{word} is no distance; use 1 to {PARAGRAPH} words")
        return Reach(between, ordered="/ORDERED" in word)
