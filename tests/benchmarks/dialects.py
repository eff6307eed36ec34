"""How fast the records of each dialect are read, beside a bare scan of the same bytes.

    python -m tests.benchmarks.dialects [--records 200000] [--rounds 3] [--only cucm wazo]

The sound lines of each dialect's sample are repeated into one file. The floor cuts every line into
its columns with the same library and keeps nothing of them; ours reads the file into LEGS. The
dirty file is the same with one line in a thousand broken. All three are done in turn within each
round, so that a slow minute of the machine falls on all of them; medians are printed side by side.
Of dialects that write a document a file, the documents of the sample are repeated as files, and
read as a run reads them, many at once; memory is kept as a run keeps it.
"""

from __future__ import annotations

import argparse

from affluence import engine


def main() -> None:
    """Parse the command line, print a row a dialect."""
    engine.keep_memory()  # before Polars is loaded
    from tests.benchmarks.dialect_rows import row
    from tests.samples.every_dialect import EVERY

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=EVERY, default=EVERY)
    arguments = parser.parse_args()
    for name in arguments.only:
        print(row(name, arguments.records, arguments.rounds), flush=True)


if __name__ == "__main__":
    main()
