"""Trying rules on the past: the recorded decisions of a period, decided again by other documents. See docs/replay.md."""
