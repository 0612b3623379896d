"""The sandbox bank: the other side of the wire, written from the sheets alone."""
