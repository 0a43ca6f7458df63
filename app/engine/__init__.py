"""The sync engine on the store: what a phone is answered, and what of it is recorded."""
