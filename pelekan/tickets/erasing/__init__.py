"""Erasing a customer's data on request: he asks, an admin decides, a worker carries it out part by part."""
