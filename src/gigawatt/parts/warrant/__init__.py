"""Warrants as parties sign them: terms, the locks behind which shares wait, and what becomes of each tranche."""
