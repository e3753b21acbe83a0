"""The community: customers ask and answer each other in public, the team beside them."""
