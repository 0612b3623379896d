"""The sandbox bank: the other side of the wire, written from the sheets alone.

Two doors lead to one bank. `python -m tests.hw_sim.bank` answers over HTTPS, with TLS, signatures
and the faults of the line; `counter_desk` takes frames inside a process, for simulations. Behind
both stand the same checks (`checks`, in the order of rule 2), services, double-entry books
(`ledger`, `bookings`), admission and witness of journals (`checkpoint`).

What is independent of what: nothing here imports the product (`terminal`, `drivers`, `protocol`;
an import contract sees to it) or was written from its code. Messages are read and written by
pyiso8583, PIN blocks opened by psec, signatures checked and made by http-message-signatures;
CUP-ECB, the signed note and the consistency proof are written here by hand, from the sheets and
the RFC, and held against the published vectors. So a mistake of the product meets a second
opinion here, never its own.
"""
