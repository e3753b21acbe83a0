"""Colleagues on a single request: its customer adds them, they read and answer, and hear when something happens."""
