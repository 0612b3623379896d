"""What the bank does, one file per service and one row each in `table`."""
