"""What agents promise customers: found in their answers, kept in sight, counted when it is broken.

`phrases` ★ and `moments` ★ read an answer; `models` holds what was found; `keeping` are the reactions and actions.
"""
