"""`pelekan token`: what programs sign in with."""

from __future__ import annotations

import argparse

from pelekan.commands import instance
from pelekan.commands.instance import Stop


def token_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="create|list|revoke", required=True)
    making = acts.add_parser("create", help="make a token; it is printed once")
    making.add_argument("--name", required=True, help="what it is for, such as the name of the program")
    making.add_argument("--read-only", action="store_true", help="it may read tickets, and write none")
    making.add_argument("--as", dest="acts_as", metavar="ADDRESS", default="",
                        help="whose rights it has: the mail address of an agent, in whose name it may then work on tickets")  # fmt: skip
    making.set_defaults(run=create)
    acts.add_parser("list", help="all tokens, without their secrets").set_defaults(run=list_all)
    revoking = acts.add_parser("revoke", help="end a token at once")
    revoking.add_argument("token", metavar="NAME|ID")
    revoking.set_defaults(run=revoke)


def create(args: argparse.Namespace) -> int:
    instance.start()
    from pelekan.people import tokens

    name = args.name.strip()[:80]
    if not name:
        raise Stop("Give the token a name, so that you know later what it is for.")
    person = None
    if args.acts_as:
        from pelekan.people.models import Agent

        person = Agent.objects.filter(
            user__email=args.acts_as.strip().lower(), disabled_at=None, user__is_active=True
        ).first()
        if person is None:
            raise Stop(f"No agent with the address {args.acts_as!r} works here.")
    scopes = ("tickets:read",) if args.read_only else (*tokens.USUAL, *(("tickets:work",) if person else ()))
    _row, secret = tokens.create(name, scopes=scopes, acts_as=person.pk if person else None)
    print(secret)
    return 0


def list_all(args: argparse.Namespace) -> int:
    instance.start()
    from pelekan.people.models import Token

    for token in Token.objects.filter(purpose=Token.Purpose.API).order_by("pk"):
        state = f"revoked {token.revoked_at:%Y-%m-%d %H:%M}" if token.revoked_at else "active"
        print(
            f"{token.pk}\t{token.name}\t{' '.join(token.data.get('scopes', ()))}\t{token.created_at:%Y-%m-%d}\t{state}"
        )
    return 0


def revoke(args: argparse.Namespace) -> int:
    instance.start()
    from pelekan.lib.time import now
    from pelekan.people.models import Token

    living = Token.objects.filter(purpose=Token.Purpose.API, revoked_at=None)
    found = list(living.filter(name=args.token))
    if not found and args.token.isdecimal():
        found = list(living.filter(pk=int(args.token)))
    if len(found) > 1:
        raise Stop(
            f"{len(found)} tokens have this name: revoke by the number that `pelekan token list` shows."
        )
    if not found:
        raise Stop(f"There is no active token {args.token!r}. `pelekan token list` shows them.")
    living.filter(pk=found[0].pk).update(revoked_at=now())
    print(f"Revoked {found[0].name}.")
    return 0
