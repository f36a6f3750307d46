"""The `jcm` command."""

from __future__ import annotations

from jcm_calc.cli.commands import jcm, main

__all__ = ["jcm", "main"]
