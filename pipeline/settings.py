"""`Settings`: what a workspace's `antedate.toml` and the environment say, and where each value came from.

Order: environment (`ANTEDATE_INDEX__MODEL=…`, names in either case) over `antedate.toml` over defaults.

A secret (a password or a key in an address) is taken from the environment, or from an `antedate.toml` that
only its owner can read; it is masked whenever settings are shown.
"""

from __future__ import annotations

import json
import os
import tomllib
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as _VariableError

from index.fusion import Weights
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FILE = "antedate.toml"


MASK = "***"
_PREFIX = "ANTEDATE_"


class SettingsError(UsageError):
    """A setting is unknown or has a value that it cannot have. `places` are files or variables."""

    def __init__(self, places: str, problems: str) -> None:
        super().__init__(f"{places}: {problems}; correct it there, or take it out to get the default")


class OpenSecretError(UsageError):
    """A settings file with a secret that others on this machine can read."""

    def __init__(self, path: Path, setting: str) -> None:
        super().__init__(
            f"{path}: {setting} holds a secret and others on this machine can read the file; run "
            f"'chmod 600 {path}', or give the setting as an environment variable"
        )


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class IndexSettings(_Strict):
    """How texts become vectors."""

    model: str = ""
    """A sentence-transformers model by folder or name already on this machine; empty: the packaged one."""
    passage_model: str = ""
    """The quick one for passages, by folder; empty: the one that comes with this program."""
    cache: str = ""
    """Folder of documents' vectors, which workspaces can share; empty: `cache/vectors` of the workspace."""
    cache_mb: int = Field(default=2048, ge=0)
    """What the cache may take; 0: keep none."""
    backend: Literal["auto", "torch", "onnx"] = "auto"
    """What computes vectors; auto: onnx where the extra `antedate[onnx]` is installed, else torch."""
    precision: Literal["auto", "float32", "bfloat16", "int8"] = "auto"
    """int8 needs onnx; auto: what the index holds, else bfloat16 where the processor has it, else float32."""
    threads: int = 0
    """Threads of the encoder; 0 leaves it to torch."""


class SearchSettings(_Strict):
    """How hits are ranked. The weights' proportions count; they were fitted on training queries."""

    fusion: Literal["scores", "ranks"] = "scores"
    """Mix standardised scores, or reciprocal ranks."""
    words: float = Field(default=Weights().words, ge=0)
    meaning: float = Field(default=Weights().meaning, ge=0)
    passages: float = Field(default=Weights().passages, ge=0)
    expand: bool = True
    """Whether documents that the best hits cite, and that cite them, become candidates."""
    rescore: bool = True
    """Whether the best passages of the best hits are scored again by the document encoder."""
    cross_encoder: str = ""
    """What scores them in its place: a cross-encoder by folder, or by name already on this machine."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.words + self.meaning + self.passages:
            raise ValueError("words, meaning and passages are all 0; one of them has to count")
        return self


class ReviewSettings(_Strict):
    """What an approval takes."""

    approvals: int = Field(default=1, ge=1)
    """How many different people, none of them an author, must approve the same bytes."""


class AuthoritySettings(_Strict):
    """An RFC 3161 authority to stamp with, besides the workspace's own."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    """Becomes a folder of the bundle: `evidence/tsa-NAME`."""
    url: str
    root_sha256: str = ""
    """SHA-256 fingerprint of its root certificate, hex: tokens of another root are refused."""
    hash: Literal["sha256", "sha512"] = "sha512"
    """The hash that it accepts."""
    root_file: str = ""
    """PEM of its root certificate, relative to the workspace."""


class PublicationSettings(_Strict):
    """Where publications will be found, and who stamps them."""

    base_url: str = ""
    """Address prefix under which bundles will be public; empty while there is none."""
    authorities: tuple[AuthoritySettings, ...] = ()
    required: int = Field(default=0, ge=0)
    """How many of the authorities above must have stamped before a publication counts as complete."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        names = [authority.name for authority in self.authorities]
        if "local" in names:
            raise ValueError("'local' is the workspace's own authority; give the outside one another name")
        if len({*names}) < len(names):
            raise ValueError("two authorities have one name; each needs its own")
        if self.required > len(names):
            raise ValueError(f"required = {self.required}, but there are {len(names)} authorities")
        return self


_GROUPS: dict[str, type[BaseModel]] = {
    "index": IndexSettings,
    "search": SearchSettings,
    "review": ReviewSettings,
    "publication": PublicationSettings,
}


class Settings(BaseSettings):
    """All settings of a workspace."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    index: IndexSettings = IndexSettings()
    search: SearchSettings = SearchSettings()
    review: ReviewSettings = ReviewSettings()
    publication: PublicationSettings = PublicationSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings' own signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then the file's values (given at construction)."""
        return env_settings, init_settings


def load(path: Path) -> Settings:
    """Read a workspace's settings file.

    Raises SettingsError naming the place and the setting, OpenSecretError.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(str(path), f"not readable as TOML ({error})") from error
    try:
        found = Settings(**values)
    except _VariableError as error:
        names = [name for name in os.environ if name.upper().startswith(_PREFIX)]
        raise SettingsError(", ".join(sorted(names)), f"not readable as JSON ({error})") from error
    except ValidationError as error:
        problems = [_problem(item["loc"], item["type"], item["msg"]) for item in error.errors()]
        places = [_variable(item["loc"]) or str(path) for item in error.errors()]
        raise SettingsError(", ".join(dict.fromkeys(places)), "; ".join(problems)) from error
    for count, authority in enumerate(found.publication.authorities):
        setting = f"publication.authorities.{count}.url"
        if authority.url != _masked(authority.url) and not _variable(setting.split(".")):
            _owner_only(path, setting)
    return found


def _owner_only(path: Path, setting: str) -> None:
    if path.stat().st_mode & 0o077:
        raise OpenSecretError(path, setting)


def _problem(steps: Sequence[str | int], kind: str, message: str) -> str:
    """Return what is wrong with a setting, and for an unknown one which there are in its place."""
    name = ".".join(str(step) for step in steps)
    if kind != "extra_forbidden":
        return f"{name}: {message}"
    model: type[BaseModel] | None = Settings if len(steps) == 1 else _GROUPS.get(str(steps[0]))
    if model is AuthoritySettings or len(steps) > 2:  # noqa: PLR2004 - deeper than a group is a list of authorities
        model = AuthoritySettings
    known = f"; there are: {', '.join(model.model_fields)}" if model else ""
    return f"{name} is no setting{known}"


def _variable(steps: Sequence[str | int]) -> str:
    """Return the environment variable that gives a setting, or an empty string."""
    names = {name.upper(): name for name in os.environ}
    for length in range(len(steps), 0, -1):
        name = names.get(_PREFIX + "__".join(str(step) for step in steps[:length]).upper())
        if name is not None and (length > 1 or _names(os.environ[name], steps)):
            return name
    return ""


def _names(text: str, steps: Sequence[str | int]) -> bool:
    """Tell whether a group given as JSON names the setting."""
    try:
        value = json.loads(text)
    except ValueError:
        return True
    return len(steps) == 1 or (isinstance(value, dict) and steps[1] in value)


def _masked(address: str) -> str:
    """Return an address without what may be a secret: user, password and the query."""
    parts = urlsplit(address)
    place = f"{MASK}@{parts.netloc.rpartition('@')[2]}" if "@" in parts.netloc else parts.netloc
    return parts._replace(netloc=place, query=MASK if parts.query else "").geturl()


def shown(path: Path) -> list[dict[str, Any]]:
    """Return every setting with its value, secrets masked, and where it came from.

    "default", the file's name, or the environment variable. Raises as `load`.
    """
    settings = load(path)
    in_file = tomllib.loads(path.read_text(encoding="utf-8"))
    lines = []
    for group, model in settings:
        for name, value in model:
            origin = _variable((group, name)) or (path.name if name in in_file.get(group, {}) else "default")
            lines.append({"setting": f"{group}.{name}", "value": _plain(value), "from": origin})
    return lines


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    if isinstance(value, str):
        return _masked(value) if "://" in value else value
    if isinstance(value, tuple):
        return [{key: _plain(item) for key, item in entry.model_dump().items()} for entry in value]
    return value
