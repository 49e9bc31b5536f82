"""The authority that the program makes itself: real tokens, keys of their owner alone."""

from __future__ import annotations

import hashlib
import stat
from typing import TYPE_CHECKING

import pytest

from publications import errors
from publications.timestamp import LocalAuthority
from tests.openssl_authority import openssl_agrees

if TYPE_CHECKING:
    from pathlib import Path


DIGEST = hashlib.sha512(b"root file").digest()


def test_the_local_authority_makes_tokens_that_openssl_accepts(tmp_path: Path) -> None:
    stamp = LocalAuthority(folder=tmp_path / "keys").stamp(DIGEST)
    assert stamp.self_issued
    assert b"self-issued" in stamp.response
    assert openssl_agrees(stamp, tmp_path)


def test_the_local_keys_are_their_owners_alone_and_made_once(tmp_path: Path) -> None:
    there = LocalAuthority(folder=tmp_path / "keys")
    first, second = there.stamp(DIGEST), there.stamp(DIGEST)
    assert first.root_pem == second.root_pem
    assert first.serial != second.serial
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()} == {0o600}
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_damaged_local_keys_are_named_and_not_replaced(tmp_path: Path) -> None:
    there = LocalAuthority(folder=tmp_path / "keys")
    there.stamp(DIGEST)
    (tmp_path / "keys" / "leaf.key").write_text("gone")
    with pytest.raises(errors.AuthorityConfigurationError, match="cannot be read"):
        there.stamp(DIGEST)
