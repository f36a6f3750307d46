"""Evidence files: what somebody who has the approved document confirms, item by item."""

from __future__ import annotations

from jcm_calc.inputs.confirmation.applying import (
    EvidenceError,
    EvidenceFiles,
    about,
    evidence_files,
    named_files,
    several,
    with_evidence,
)
from jcm_calc.inputs.confirmation.file import EvidenceFile, read_evidence
from jcm_calc.inputs.confirmation.statements import Statement, statements
from jcm_calc.inputs.confirmation.writing import blank_file

__all__ = [
    "EvidenceError",
    "EvidenceFile",
    "EvidenceFiles",
    "Statement",
    "about",
    "blank_file",
    "evidence_files",
    "named_files",
    "read_evidence",
    "several",
    "statements",
    "with_evidence",
]
