"""The month-by-month simulation of a scenario on many paths."""
