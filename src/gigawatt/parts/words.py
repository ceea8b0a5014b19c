"""How observables read in a contract's words."""

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
    "solvent": "{} has missed no payment",
}
"""How tables of the view read in a contract's words; others read as `cash of openai`."""

SIGNS = {"+": "plus", "-": "less", "*": "times", "/": "over", ">=": "at least"}
