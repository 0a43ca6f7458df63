"""Measures an ActiveSync server beside the bare stack it stands on: `python -m ops.bench`."""
