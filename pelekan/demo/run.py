"""The demo as a visitor meets it: filled once, with the addresses and who to sign in as."""

from __future__ import annotations

from django.db import transaction

from pelekan.demo import world
from pelekan.people.models import Agent


@transaction.atomic
def fill(*, empty: bool = False) -> bool:
    """Make the office unless it exists. `empty`: people and doors, no tickets. Whether anything was made."""
    if Agent.objects.exists():
        return False
    world.build()
    return True


def tell(address: str) -> None:
    """Print where everything is."""
    print(f"\n  Pelekan's demo lives at {address}\n")
    print(f"  Agents      {address}/desk/")
    print(f"  Customers   {address}/portal/\n")
    print(f"  Sign in with the password {world.PASSWORD} as:")
    for agent in Agent.objects.select_related("user").order_by("pk"):
        print(f"    {agent.user.email:24} {agent.role:8} {agent.name}")
    print("\n  Ctrl+C ends it.\n", flush=True)
