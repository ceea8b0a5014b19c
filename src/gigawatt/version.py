"""The version of this code, on the lowest floor so that every floor may name it."""

VERSION = "0.1.0"
