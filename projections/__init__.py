"""Read models and sync state: rows folded from events, every one of them disposable."""
