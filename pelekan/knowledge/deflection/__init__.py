"""Answers before one has to ask a person, answers at an agent's hand, and knowledge made of finished work."""
