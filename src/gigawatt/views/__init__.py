"""Tables and measures read from a result."""
