"""Debt in the terms of the ACTUS standard: loans, guarantees, collateral, swaps and caps."""
