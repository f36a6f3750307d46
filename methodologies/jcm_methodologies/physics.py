"""Cross-checks that need no document: what no equipment can exceed.

They take no part in a calculation. No text of a methodology was seen to ask for them.
"""

from jcm_calc.evidence import unconfirmed

NO_MORE_HOURS = unconfirmed("not read in the document: nothing runs for longer than the period lasts")
NO_MORE_THAN_RATED = unconfirmed(
    "not read in the document: on the whole of a period, nothing takes or gives more than its rated power in every hour"
)
NO_MORE_THAN_CAPACITY = unconfirmed(
    "not read in the document: a machine that runs in every hour at its full capacity draws its capacity ÷ its COP"
)
NO_MORE_THAN_SENT = unconfirmed("not read in the document: no more electricity arrives than was sent")
NO_SUN_NO_POWER = unconfirmed(
    "not read in the document: a solar plant gives no more than its rated power, from sunrise to sunset"
)
