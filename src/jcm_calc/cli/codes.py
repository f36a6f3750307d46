"""The exit codes of the `jcm` command. Its help and docs/how_to/command.md list them."""

from __future__ import annotations

DIFFERS, UNUSABLE, REFUSED, INTERRUPTED, FAULT = 1, 2, 3, 130, 70
