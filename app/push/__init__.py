"""Waiting: who waits for what, and how a commit wakes them in every process."""
