"""How observables read in a contract's words."""

from __future__ import annotations

from gigawatt.parts.watch import Watch

WORDS = {
    "announced": "announced gigawatts of {}",
    "contracted": "binding gigawatts of {}",
    "purchased": "gigawatts purchased under {}",
    "financed": "financed gigawatts of {}",
    "bought": "gigawatts bought under {}",
    "received": "gigawatts received under {}",
    "running": "gigawatts of {} as stated that are energised",
    "loaded": "gigawatts of {} as stated that carry load",
    "delivered": "gigawatts delivered under {}",
    "online": "energised gigawatts of {}",
    "working": "working gigawatts of {}",
    "used": "gigawatts of {} that carry load",
    "powered": "gigawatts energised at {}",
    "price": "share price of {}",
    "outstanding": "shares of {} outstanding",
    "solvent": "{} has missed no payment",
}
"""How tables of the view read in a contract's words; others read as `cash of openai`."""

SIGNS = {"+": "plus", "-": "less", "*": "times", "/": "over", ">=": "at least"}


def said(table: str, name: str) -> str:
    """What a row of a table of the view is called."""
    if table == "average":
        share, _, days = name.partition("/")
        return f"the {days}-day average share price of {share}"
    if table in ("highest", "latest"):
        watch = Watch.read(name)
        when = "the highest share price of {} in the month" if table == "highest" else "the last share price of {}"
        return f"{when.format(watch.share)}, {watch.test}"
    return WORDS.get(table, table + " of {}").format(name)
