"""Phones: which may come in, what is demanded of them, and what becomes of a lost one."""
