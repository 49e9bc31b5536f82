"""8-bit codes of vectors: how they are made, scanned and scored.

Decisions
---------
* A coordinate becomes one byte: `rint(x * 127 * sqrt(dim) / reach)`, held to ±127 and stored plus 128 (FAISS
  calls it `QT_8bit_direct_signed`). Coordinates of a unit vector have a spread of `1 / sqrt(dim)`, so that
  the range is `reach` spreads. Nothing is trained: a code depends on its vector alone, whatever else is in
  the segment, on every machine.
* Codes are all that is kept. `FINE` is for passages: of the 100 nearest by our passage encoder they keep 99.1
  (six spreads: 98.8), and one vector in hundreds loses the tip of a coordinate. `WIDE` is for items: MiniLM
  gives abstracts coordinates of up to 5.7 spreads and single words up to 6.7. A cosine moves by .0009 on the
  average, .005 at most, and 99.1 of the 100 nearest are kept (300 queries of SciFact, all its abstracts);
  float16 beside the codes, as it was, took 768 bytes an item.
* A scan multiplies bytes by bytes. The query is rounded to ±127 too, so that every sum is a whole number
  below 2^24 and exact in whatever order it is added. That ranks candidates; their score is computed again
  with the query as it is (`scores`), and `Query.slack` bounds how far the two can lie apart. So the result is
  the exact ranking of the codes in less time than FAISS's own 8-bit index takes.
* FAISS's scanner works on the mapped bytes where they lie, on one thread, outside Python's lock. Its objects
  are kept, one pair a thread and length: the binding never frees them.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable

FINE, WIDE = 4.5, 8.0
"""Spreads of a coordinate that a byte covers on either side of zero."""
_TOP = 127
_ZERO = 128
_SHIFT = 32
_LOCAL = threading.local()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A vector to be looked for."""

    exact: NDArray[np.float64]
    """(dim,)"""
    coarse: NDArray[np.float32]
    """(dim,): whole numbers within ±127."""
    step: float
    """What one of `coarse` stands for."""
    error: float
    """Length of what rounding took away from `exact`."""

    def slack(self, longest: float) -> float:
        """Bound how far a scan's product can lie from the inner product with what a code stands for.

        `longest` is the length of the longest of these (Cauchy-Schwarz).
        """
        return self.error * longest


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Rows of codes that lie together, and which of them count."""

    number: int
    """The caller's name for it."""
    codes: NDArray[np.uint8]
    """(n, dim), rows without gaps; memory-mapped or not."""
    kept: NDArray[np.bool_] | None = None
    """(n,); None: all."""


def scale(dim: int, reach: float) -> float:
    """Return what a coordinate is multiplied by."""
    return _TOP * math.sqrt(dim) / reach


def encode(vectors: NDArray[np.floating[Any]], reach: float) -> NDArray[np.uint8]:
    """Return the codes (n, dim) of vectors (n, dim)."""
    scaled = np.asarray(vectors, np.float32) * np.float32(scale(vectors.shape[1], reach))
    np.rint(scaled, out=scaled)
    np.clip(scaled, -_TOP, _TOP, out=scaled)
    scaled += _ZERO
    result: NDArray[np.uint8] = scaled.astype(np.uint8)
    return result


def decode(codes: NDArray[np.uint8], reach: float) -> NDArray[np.float32]:
    """Return the vectors (n, dim) that codes stand for."""
    step = np.float32(scale(codes.shape[1], reach))
    result: NDArray[np.float32] = (codes.astype(np.float32) - _ZERO) / step
    return result


def query(vector: NDArray[np.floating[Any]]) -> Query:
    """Prepare a vector (dim,) for `best` and `scores`."""
    exact = np.asarray(vector, np.float64)
    most = float(np.abs(exact).max(initial=0.0)) or 1.0
    coarse = np.rint(exact * (_TOP / most))
    return Query(
        exact=exact,
        coarse=coarse.astype(np.float32),
        step=most / _TOP,
        error=float(np.linalg.norm(exact - coarse * (most / _TOP))),
    )


def scores(codes: NDArray[np.uint8], reach: float, wanted: Query) -> NDArray[np.float64]:
    """Return the inner products (n,) of a query with what codes stand for."""
    products: NDArray[np.float64] = (codes.astype(np.float64) - _ZERO) @ wanted.exact
    return products / scale(codes.shape[1], reach)


def best(
    runs: Iterable[Run], reach: float, wanted: Query, count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return run numbers, rows in them and coarse products of the `count` best rows, best first.

    Rows at the end that share one product are cut by accident.
    """
    heap = np.full(count, -np.inf, np.float32)
    labels = np.full(count, -1, np.int64)
    for run in runs:
        if len(run.codes):
            _scan(run, wanted.coarse, heap, labels)
    order = np.argsort(-heap, kind="stable")
    order = order[labels[order] >= 0]
    found, products = labels[order], heap[order].astype(np.float64)
    products *= wanted.step / scale(wanted.exact.size, reach)
    return (found >> _SHIFT) - 1, found & ((1 << _SHIFT) - 1), products


def _scan(
    run: Run, coarse: NDArray[np.float32], heap: NDArray[np.float32], labels: NDArray[np.int64]
) -> None:
    import faiss  # noqa: PLC0415 - compiled code that --help must not load

    bits = None if run.kept is None else np.packbits(run.kept, bitorder="little")
    scanner, selector = _scanner(coarse.size, masked=bits is not None)
    if bits is not None:
        selector.n, selector.bitmap = bits.size, faiss.swig_ptr(bits)
    scanner.set_query(faiss.swig_ptr(coarse))
    scanner.set_list(0, 0.0)  # of another list, the selector would not know the rows
    pointers = [faiss.swig_ptr(array) for array in (heap, labels)]
    scanner.scan_codes(len(run.codes), faiss.swig_ptr(run.codes.reshape(-1)), None, *pointers, heap.size)
    labels[(labels >= 0) & (labels < 1 << _SHIFT)] += (run.number + 1) << _SHIFT


def _scanner(dim: int, *, masked: bool) -> tuple[Any, Any]:
    import faiss  # noqa: PLC0415 - as above

    made: dict[str, tuple[Any, Any, Any]] = _LOCAL.__dict__
    key = f"{dim} {masked}"
    if key not in made:
        quantizer = faiss.ScalarQuantizer(dim, faiss.ScalarQuantizer.QT_8bit_direct_signed)
        selector = faiss.IDSelectorBitmap(1, faiss.swig_ptr(np.zeros(1, np.uint8))) if masked else None
        scanner = quantizer.select_InvertedListScanner(  # type: ignore[attr-defined] # made by SWIG
            faiss.METRIC_INNER_PRODUCT,
            None,
            True,
            selector,
            False,
        )
        made[key] = (scanner, selector, quantizer)
    return made[key][:2]
