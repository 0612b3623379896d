"""The contact chip: an EMV / PBOC kernel without input or output (`emv.md`).

`kernel.Kernel(profile, transaction)` is the way in; its `step` takes what happened and says what
comes next. Every other module is one chapter of the sheet.
"""
