"""`antedate` called in this process, as a script would."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from ui import cli


@dataclass
class Calls:
    """Calls `antedate` in this process."""

    monkeypatch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]

    def __call__(self, *words: str) -> tuple[int, str, str]:
        self.monkeypatch.setattr(sys, "argv", ["antedate", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = self.capture.readouterr()
        assert "Traceback" not in err
        assert isinstance(ended.value.code, int)
        return ended.value.code, out, err

    def said(self, *words: str, code: int = 0) -> tuple[str, str]:
        """Return what went to stdout and stderr."""
        found, out, err = self(*words)
        assert found == code, (out, err)
        return out, err

    def json(self, *words: str, code: int = 0) -> dict[str, Any]:
        out, _ = self.said(*words, "--json", code=code)
        assert out.count("\n") == 1
        value: dict[str, Any] = json.loads(out)
        return value
