"""Guided steps: a list of steps that a customer goes through and ticks, and says where it does not work.

`steps` ★ reads and writes step lists, `keeping` are the actions of the settings, `sending` sends one, `ticking` is what the
customer (or an agent on the phone) does with it, `reading` what screens show, `fitting` which guide fits a ticket.
"""
