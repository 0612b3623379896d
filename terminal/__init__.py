"""The terminal: the money engine, its screen, and what holds them together."""

__version__ = "0.1.0"
