"""Chip cards written from the sheets alone: emv.md, gempc-serial.md and the vectors of emv.

`python -m tests.hw_sim.cards --help` plays one by hand; `people.cards_of` makes those of the bench.
"""
