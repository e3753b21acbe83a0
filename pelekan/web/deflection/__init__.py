"""Answers at the place where they are needed: beside a request that is being written, and in an agent's composer."""
