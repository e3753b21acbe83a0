"""A customer who is losing patience is seen before he says so.

`feeling` ★ reads a message, `signals` ★ keeps count of a ticket's history step by step, `score` ★ makes a number with its
reasons and a proposed act of it, by the document of the rulebook "frustration" (`document` ★); `learning` ★ fits the
weights to the desk's own ratings. `watching` are the reactions, `reading` what screens show.
"""
