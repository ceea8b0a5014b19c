"""Scenarios: text on disk, checked, as a frozen value."""
