"""(h) A public article's page beside a static file of about its size, from the same server, in one run:

    python bench/help_pages.py [--rounds 2000] [--database postgresql://…]

Both are asked in turn over one kept connection, warm, by who is not signed in. Printed are medians in milliseconds and the
ratio (goal ≤ 3). Also what it costs when nothing is kept: with a query in the address each page is made anew.
"""

from __future__ import annotations

import argparse
import http.client
import re
import statistics
import time
from pathlib import Path

import office

ROUNDS, WARM = 2_000, 200


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--database", default="")
    args = parser.parse_args()
    folder = office.make(args.database)
    page = _article()
    with office.served(folder):
        link = http.client.HTTPConnection("127.0.0.1", office.PORT)
        size = len(_get(link, page))
        static = _static(size)
        ways = {"static file": static, "article, kept": page, "article, made anew": page + "?anew=1"}
        for address in ways.values():
            for _ in range(WARM if "?" not in address else 20):
                _get(link, address)
        times: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(args.rounds):
            for name, address in ways.items():
                if "?" in address and number % 10:
                    continue
                began = time.perf_counter()
                _get(link, address)
                times[name].append((time.perf_counter() - began) * 1000)
    base = statistics.median(times["static file"])
    print(f"# article of {size:,} bytes, static file {static}")
    for name, took in times.items():
        middle, p95 = statistics.median(took), statistics.quantiles(took, n=20)[18]
        goal = "≤ 3 ×" if name == "article, kept" else ""
        office.tell(f"(h) {name}", f"{middle:.2f} ms, p95 {p95:.2f}: {middle / base:.2f} × the file", goal)


def _get(link: http.client.HTTPConnection, address: str) -> bytes:
    link.request("GET", address)
    answer = link.getresponse()
    body = answer.read()
    assert answer.status == 200, (address, answer.status)
    return body


def _article() -> str:
    """The address of an article as long as most are: about a thousand words."""
    from pelekan.knowledge import actions
    from pelekan.knowledge.models import Section
    from pelekan.web.help import addresses

    shelf, _made = Section.objects.get_or_create(slug="bench", defaults={"names": {"en": "Bench"}})
    words = " ".join(f"word{number % 97}" for number in range(100))
    body = "".join(f"<h2>Part {number}</h2><p>{words}.</p>" for number in range(10))
    made = actions.begin(shelf, language="en", title="An article of the usual length", body=body, by=None)
    row = actions.publish(made, by=None)
    return addresses.article(row.language, row.pk, row.slug)


def _static(size: int) -> str:
    """The served file whose size is nearest."""
    root = Path(__file__).resolve().parent.parent / "pelekan" / "web" / "static"
    files = [one for one in root.rglob("*") if one.suffix in (".css", ".js")]
    nearest = min(files, key=lambda one: abs(one.stat().st_size - size))
    return "/static/" + re.sub(r"\\", "/", str(nearest.relative_to(root)))


if __name__ == "__main__":
    main()
