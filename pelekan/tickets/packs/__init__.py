"""Context packs: what a tier needs to know travels with the ticket, so that the customer is never asked twice."""
