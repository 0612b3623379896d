"""The signed POSTs of county-wire.md beside ISO 8583: one file and one row of the table each."""
