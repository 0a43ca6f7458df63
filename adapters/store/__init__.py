"""The log's storage: encoding, sealing, one SQLite file, and the chain that guards it."""
