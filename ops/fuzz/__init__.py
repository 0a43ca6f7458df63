"""Fuzzing by coverage: bytes no phone would send, against one law. See README.md."""
