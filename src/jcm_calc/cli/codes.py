"""The exit codes of the `jcm` command. They stand in its help, and in docs/how_to/command.md."""

from __future__ import annotations

DIFFERS, UNUSABLE, REFUSED, INTERRUPTED, FAULT = 1, 2, 3, 130, 70
