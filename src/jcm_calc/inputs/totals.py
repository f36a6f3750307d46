"""Rows of a table that sum up its other rows: they are not units, and are never counted as one."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from typing import TypeGuard, cast

# How people write it where JCM projects are.
TOTALS = (
    *("total", "totals", "sum", "sums", "summe", "subtotal", "sub total", "subtotals", "grand total", "overall"),
    *("overall total", "sum total", "total sum", "aggregate", "Σ", "∑", "all", "all units", "ttl", "tot"),
    *("合計", "計", "小計", "総計", "総合計", "累計", "全体", "合算", "トータル", "合計値"),
    *("总计", "合计", "小计", "總計"),
    *("tổng", "tổng cộng", "tổng số", "tổng phụ", "cộng", "tong", "tong cong", "tong so"),
    *("jumlah", "jumlah total", "jumlah keseluruhan", "total keseluruhan", "subjumlah"),
    *("รวม", "รวมทั้งหมด", "รวมทั้งสิ้น", "ผลรวม", "ยอดรวม", "ผลรวมย่อย"),
    *("suma", "sumatoria", "soma", "somme", "sous total", "total général", "total general", "ensemble"),
    *("нийт", "дүн", "нийт дүн", "бүгд", "итого", "всего", "сумма", "барлығы", "жами", "jami", "всього", "разом"),
    *("សរុប", "ລວມ", "ລວມທັງໝົດ", "စုစုပေါင်း", "মোট", "जम्मा", "कुल", "එකතුව", "ድምር", "ჯამი", "სულ"),
    *("المجموع", "مجموع", "الإجمالي", "إجمالي", "الاجمالي", "اجمالي", "ޖުމްލަ", "jumla", "kabuuan", "cəmi", "yekun"),
)
# Other figures of a whole table that people put under it.
FIGURES = (
    *("average", "averages", "avg", "mean", "median", "maximum", "minimum", "max", "min", "count"),
    *("平均", "平均値", "最大", "最小", "最大値", "最小値", "trung bình", "rata rata", "purata", "ค่าเฉลี่ย", "เฉลี่ย"),
    *("promedio", "média", "moyenne", "дундаж", "среднее", "المتوسط", "متوسط"),
)
# A label that holds none of these is not looked at any closer.
PERHAPS = re.compile(
    r"tot|su[bm]|som|all|av|me[ad]|m[ai][xn]|ag|tong|jum|jam|ens|whole|ent|comb|ttl|pr|pu|rata|moy|kab|yek|count|[^\x00-\x7f]",
    re.I,
)
# Before or after a name they make it the total of something; what follows "total" may also be a name: TotalEnergies.
ENDINGS = (" total", " subtotal", "合計", "小計", "総計", " jumlah")
OF = re.compile(r"(?:sub ?|grand )?(?:totals?|sums?|average|mean) (?:of|for|over|all|de|del|di)\b.*")
LIKE = re.compile(
    r"\b(?:totals?|sums?|subtotals?|all|whole|entire|overall|combined|aggregated?|jumlah|suma)\b|計|tổng|รวม"
)
DIGITS = str.maketrans("", "", "0123456789")
REPEATED = re.compile(r"^(.*\n)\1+", re.M)
NEAR = 1e-3  # how near a sum lies that is typed as it is printed


def is_total(label: str) -> bool:
    """Return whether a label says that its row sums up others: "Sub-total:" does, "TotalEnergies depot" does not."""
    if PERHAPS.search(label) is None:
        return False
    text = _plain(label)
    return text in WORDS or OF.fullmatch(text) is not None or text.endswith(ENDINGS)


def texts(labels: Sequence[object]) -> Sequence[str]:
    """Return the labels that are texts; the same sequence where all are."""
    if set(map(type, labels)) == {str}:
        return cast("Sequence[str]", labels)
    return [label for label in labels if isinstance(label, str)]


def totals_among(labels: Sequence[str], like: bool = False) -> set[str]:
    """Return those of many labels that say so; with ``like``, those that may mean it: see `adds_up`."""
    together = "\n".join(labels)
    if together.isascii():
        # most labels differ by their numbers alone
        stems = REPEATED.sub(r"\1", together.lower().translate(DIGITS) + "\n")
        stems = "\n".join(set(stems.split("\n")))
        if not any(word in stems for word in PLAIN_WORDS):
            return set()
    return {text for text in labels if PERHAPS.search(text) and (LIKE.search(_plain(text)) if like else is_total(text))}


def adds_up(value: object, others: Sequence[object]) -> bool:
    """Return whether a number is the sum of at least two others."""
    numbers = [float(one) for one in others if _is_number(one)]
    total = math.fsum(numbers)
    return _is_number(value) and len(numbers) > 1 and total != 0 and math.isclose(value, total, rel_tol=NEAR)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _plain(label: str) -> str:
    """Return a label without what is in brackets, punctuation, and blanks between Chinese characters."""
    text = unicodedata.normalize("NFKC", label).casefold()
    # an opening bracket that nothing closes is passed over once with what follows, not again from each place in it
    text = re.sub(r"[(\[][^)\]\n]*([)\]]?)", lambda found: " " if found[1] else found[0], text)
    text = re.sub(r"[-_:;.,*=/]+", " ", text)
    text = re.sub(r"(?<=[\u3040-\u9fff])\s+(?=[\u3040-\u9fff])", "", text)
    return " ".join(text.split())


WORDS = frozenset(map(_plain, (*TOTALS, *FIGURES)))
PLAIN_WORDS = [word.partition(" ")[0] for word in WORDS if word.isascii()] + ["whole", "entire", "combined"]
