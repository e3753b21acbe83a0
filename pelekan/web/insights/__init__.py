"""Knowing what people look for: the team's pages, and where public pages tell what is read."""
