"""Step 0: what people can find without asking anyone, and knowing what they look for."""
