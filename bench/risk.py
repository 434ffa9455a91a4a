"""How much fraud the wallet's rules find, and how many honest payments they hold, on a simulated town.

``python -m bench.risk [--seed 1] [--people 300] [--days 90]``
"""

from __future__ import annotations

import argparse
import time

from dozen.services.wallet.service.risk.simulation import FRAUDS, Outcome, Town, run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--days", type=int, default=90)
    given = parser.parse_args()
    begun = time.process_time()
    outcome = run(Town(seed=given.seed, people=given.people, days=given.days))
    show(outcome)
    print(f"\n{time.process_time() - begun:.1f} s of CPU")


def show(outcome: Outcome) -> None:
    print(f"{'fraud':<14}{'incidents':>10}{'found':>8}{'payments':>10}{'flagged':>9}{'money stopped':>15}")
    for sort in FRAUDS:
        each = outcome.sorts[sort]
        print(
            f"{sort:<14}{each.incidents:>10}{each.detection:>8.1%}{each.payments:>10}{each.rate:>9.1%}"
            f"{each.saved:>15.1%}"
        )
    print(f"\n{'honest':<14}{'payments':>10}{'held':>6}{'rate':>9}")
    for sort, each in outcome.sorts.items():
        if sort not in FRAUDS:
            print(f"{sort:<14}{each.payments:>10}{each.flagged:>6}{each.rate:>9.2%}")
    whole = outcome.honest
    print(f"{'all':<14}{whole.payments:>10}{whole.flagged:>6}{whole.rate:>9.2%}")
    print(f"\n{'rule':<16}{'at fraud':>10}{'at honest':>11}")
    for code, (fraud, honest) in sorted(outcome.rules.items()):
        print(f"{code:<16}{fraud:>10}{honest:>11}")


if __name__ == "__main__":
    main()
