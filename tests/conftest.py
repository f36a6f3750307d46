"""Whatever the tests of these rooms provoke is a complaint that a person can read in Japanese, too."""

import re
import signal

import pytest

from jcm_calc import in_language
from jcm_calc.base.languages import translated
from jcm_calc.base.problems import Problem, Remark

ROOMS = {
    *("test_bad_input", "test_case_file", "test_cli", "test_evidence", "test_inputs", "test_issuance", "test_lazy"),
    *("test_limits", "test_manifest", "test_monitoring", "test_portfolio", "test_revisions", "test_uncertainty"),
    *("test_hostile_workbooks", "test_ways_round_the_gate", "test_what_if", "test_workbook_reading"),
}
JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
ENGLISH = re.compile(r"[a-z]{2,} [a-z]{2,}")


def pytest_configure():
    """Let Ctrl+C and a closed terminal end what tests start; a shell may have what it runs ignore both."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(autouse=True)
def complaints_can_be_read_in_japanese(request, monkeypatch):
    """Keep the complaints that a test provokes, and fail where one is said in English only."""
    if request.node.path.stem not in ROOMS:
        yield
        return
    complaints: dict[str, str] = {}

    def keeping(init):
        def kept(self, subject, complaint, *others, **named):
            init(self, subject, complaint, *others, **named)
            complaints.setdefault(complaint, complaint)

        return kept

    for kind in (Problem, Remark):
        monkeypatch.setattr(kind, "__init__", keeping(kind.__init__))
    yield
    with in_language("ja"):
        said = {text: translated(complaint) for text, complaint in complaints.items()}
    assert [text for text, told in said.items() if ENGLISH.search(text) and not JAPANESE.search(told)] == []
