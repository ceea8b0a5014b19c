"""Self-contained pages drawn from views."""
