"""The page of checks, the working paper, and the command."""

import concurrent.futures
import json
import runpy
from pathlib import Path

import pytest
from click.testing import CliRunner
from faults import edit
from python_calamine import CalamineWorkbook
from reports.test_display import check_harmless, parsed, text_of
from verification.test_verification import CALC, SEPARATE, write

import jcm_calc
from jcm_calc.base.problems import InputError
from jcm_calc.cli import jcm
from jcm_calc.reports.html.pages import DISCLAIMER
from jcm_calc.verification import verifying
from jcm_calc.verification.catalogue import checks, not_checked, selected

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def files(tmp_path):
    write(tmp_path / "clean.xlsx")
    edit(tmp_path / "clean.xlsx", tmp_path / "wrong.xlsx", {(CALC, "G35"): "=C35*D35*D15", (SEPARATE, "D11"): 1.62})
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(jcm, [str(argument) for argument in arguments])


def test_the_page_of_checks_is_current():
    pages = runpy.run_path(str(DOCS / "verification_page.py"))
    assert (DOCS / "checks.md").read_text(encoding="utf-8") == pages["page"](), "run `make pages`"


def test_the_catalogue_is_whole():
    """109 types of findings: each has a check, or a reason why it has none."""
    codes = set(checks())
    assert len(codes) >= 60
    assert not codes & not_checked().keys()
    assert len(codes | not_checked().keys()) == 109
    assert all(check.rule and check.title for check in checks().values())


def test_checks_are_selected_by_code_and_by_group():
    assert {check.code for check in selected(["A1"])} == {"A1"}
    assert {check.code[0] for check in selected(["A", "C"], ["C16"])} == {"A", "C"}
    assert "C16" not in {check.code for check in selected((), ["C16"])}
    with pytest.raises(InputError, match="Z9"):
        selected(["Z9"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["clean.xlsx"], 0),
        (["wrong.xlsx"], 1),
        (["wrong.xlsx", "--select", "H"], 1),
        (["missing.xlsx"], 2),
        (["clean.xlsx", "--require-confirmed"], 3),
        (["wrong.xlsx", "--require-confirmed"], 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_exit_codes(arguments, code, files):
    result = run("verify", files / arguments[0], *arguments[1:])
    assert result.exit_code == code, result.output


def test_json_holds_the_findings(files):
    found = json.loads(run("verify", files / "wrong.xlsx", "--json").stdout)
    codes = {finding["code"]: finding for finding in found["findings"]}
    assert {"C2", "D2"} <= codes.keys()
    assert codes["C2"]["place"] == "MRS(calc_process)!G35"
    assert found["result"] == "material misstatement"


def test_a_folder_gives_a_table(files):
    result = run("verify", files)
    assert result.exit_code == 1
    lines = {line.split()[0]: line for line in result.stdout.splitlines() if line.strip()}
    assert "no misstatement found" in lines["clean.xlsx"]
    assert "material misstatement" in lines["wrong.xlsx"]


def test_a_file_that_cannot_be_used_does_not_stop_the_others(files):
    (files / "broken.xlsx").write_bytes(b"PK no workbook")
    (files / "~$clean.xlsx").write_bytes(b"the lock of a program that has it open")
    result = run("verify", files)
    assert result.exit_code == 2
    lines = {line.split()[0]: line for line in result.stdout.splitlines() if line.strip()}
    assert "unusable: is damaged" in lines["broken.xlsx"]
    assert "no misstatement found" in lines["clean.xlsx"]
    assert "material misstatement" in lines["wrong.xlsx"]
    assert "~$clean.xlsx" not in result.stdout
    listed = json.loads(run("verify", files, "--json").stdout)
    assert [one["file"] for one in listed] == ["broken.xlsx", "clean.xlsx", "wrong.xlsx"]


def test_a_fault_of_our_own_is_told_of_its_file(files, monkeypatch):
    def fail(*given, **options):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(verifying, "verify", fail)
    monkeypatch.setattr(concurrent.futures, "ProcessPoolExecutor", concurrent.futures.ThreadPoolExecutor)
    (_, outcome), _ = verifying.verify_all([files / "clean.xlsx", files / "wrong.xlsx"], None, None, {})
    assert "by a fault of jcm_calc: ZeroDivisionError" in str(outcome)


def test_the_working_paper_has_every_finding(files):
    found = jcm_calc.verify(files / "wrong.xlsx")
    found.to_html(files / "paper.html")
    found.to_excel(files / "paper.xlsx")
    words = text_of(parsed((files / "paper.html").read_text(encoding="utf-8")))
    rows = CalamineWorkbook.from_path(str(files / "paper.xlsx")).get_sheet_by_name("Findings").to_python()
    assert [row[0] for row in rows[1:]] == [finding.number for finding in found.findings]
    assert [finding.code for finding in found.findings] == list(found.table()["code"])
    assert all(f"{finding.code} {finding.check.title}" in words for finding in found.findings)
    with pytest.raises(FileExistsError, match="exists already"):
        found.to_html(files / "paper.html")


def test_every_paper_says_that_the_software_is_not_endorsed_and_who_decides(files):
    found = jcm_calc.verify(files / "clean.xlsx")
    found.recalculation.to_html(files / "report.html")
    found.to_html(files / "paper.html")
    found.to_excel(files / "paper.xlsx")
    for name in ("report.html", "paper.html"):
        assert str(DISCLAIMER) in text_of(parsed((files / name).read_text(encoding="utf-8")))
    rows = CalamineWorkbook.from_path(str(files / "paper.xlsx")).get_sheet_by_index(0).to_python()
    assert ["Disclaimer", str(DISCLAIMER)] in [row[:2] for row in rows]
    with jcm_calc.in_language("ja"):
        found.to_html(files / "ja.html")
    assert "JCM の関係機関が承認したものではありません" in (files / "ja.html").read_text(encoding="utf-8")


def test_a_notebook_shows_verdict_and_findings(files):
    found = jcm_calc.verify(files / "wrong.xlsx")
    tree = parsed(found._repr_html_())
    check_harmless(tree)
    words = text_of(tree)
    assert f"Verification result: {found.result}" in words
    assert f"Errors ({len(found.of('error'))})" in words
    for finding in found.findings:
        assert f"{finding.code} {finding.check.title}" in words
        assert " ".join(finding.message.split()) in words
    with jcm_calc.in_language("ja"):
        assert "検証結果" in found._repr_html_()
