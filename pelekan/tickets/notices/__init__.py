"""Notices: what the desk itself tells customers when something happens to their request.

`rules` ★ say what is told, to whom and when; `texts` ★ and `defaults` ★ hold the words; `models` what waits and what was
chosen; `choosing` and `rating` are the actions. `pelekan.channels.telling` lets it happen.
"""
