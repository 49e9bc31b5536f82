"""`Settings`: what a workspace's `antedate.toml` and the environment say, and where each value came from.

Order: environment (`ANTEDATE_INDEX__MODEL=…`) over `antedate.toml` over defaults. Secrets are read from the
environment only and are masked whenever settings are shown.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

FILE = "antedate.toml"


class SettingsError(UsageError):
    """A setting is unknown or has a value that it cannot have."""

    def __init__(self, path: Path, problems: str) -> None:
        super().__init__(f"{path}: {problems}; 'antedate config show' lists the settings that exist")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class IndexSettings(_Strict):
    """How texts become vectors."""

    model: str = ""
    """A sentence-transformers model by folder or name already on this machine; empty: the packaged one."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """float32 or bfloat16; auto: what the index holds, else what the processor is quick at."""
    threads: int = 0
    """Threads of the encoder; 0 leaves it to torch."""


class ReviewSettings(_Strict):
    """What an approval takes."""

    approvals: int = Field(default=1, ge=1)
    """How many different people, none of them an author, must approve the same bytes."""


class AuthoritySettings(_Strict):
    """An RFC 3161 authority to stamp with, besides the workspace's own."""

    name: str
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
    required: int = 0
    """How many of the authorities above must have stamped before a publication counts as complete."""


class Settings(BaseSettings):
    """All settings of a workspace."""

    model_config = SettingsConfigDict(
        env_prefix="ANTEDATE_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    index: IndexSettings = IndexSettings()
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
    """Read a workspace's settings file. Raises SettingsError naming the file and the setting."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        return Settings(**values)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(path, str(error)) from error
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(step) for step in item['loc'])}: {item['msg']}" for item in error.errors()
        )
        raise SettingsError(path, problems) from error


def shown(path: Path) -> list[dict[str, Any]]:
    """Return every setting with its value and where it came from: environment, file or default."""
    import os

    in_file = tomllib.loads(path.read_text(encoding="utf-8"))
    lines = []
    for group, model in load(path):
        for name, value in model:
            variable = f"ANTEDATE_{group}__{name}".upper()
            origin = "default"
            if name in in_file.get(group, {}):
                origin = path.name
            if variable in os.environ:
                origin = variable
            plain = value if isinstance(value, str | int) else [item.model_dump() for item in value]
            lines.append({"setting": f"{group}.{name}", "value": plain, "from": origin})
    return lines
