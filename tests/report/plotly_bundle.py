"""The charting library of the report: taken from its npm package, with its style sheet apart.

    python -m tests.report.plotly_bundle 4.1.1

fetches that version of ``plotly.js-cartesian-dist-min`` and writes ``plotly-cartesian.min.js`` and
its licence into ``affluence/report/static/``, and ``plotly.css``: the rules that the library puts
into a page by itself, which a strict policy forbids. Look at every page of a report afterwards.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser import chromium
from tests.conftest import REPOSITORY

STATIC = REPOSITORY / "affluence" / "report" / "static"
PACKAGE = "plotly.js-cartesian-dist-min"
BUNDLE = "plotly-cartesian.min.js"
_RULES = """async () => {
    const chart = document.createElement('div');
    document.body.append(chart);
    await Plotly.newPlot(chart, [{type: 'bar', y: [1]}]);
    return [...document.querySelectorAll('style[id^="plotly.js-style"]')]
        .flatMap((style) => [...style.sheet.cssRules].map((rule) => rule.cssText)).join('\\n');
}"""


def style_rules(browser: Browser, bundle: str) -> str:
    """The rules that the library puts into a page, one a line."""
    page = browser.new_page()
    page.set_content("<!DOCTYPE html><title>rules</title>")
    page.add_script_tag(content=bundle)
    rules: str = page.evaluate(_RULES)
    page.close()
    return f"{rules}\n"


def main(version: str) -> None:
    """Write the files of a version."""
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            ["npm", "pack", "--silent", f"{PACKAGE}@{version}"],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()[-1]
        with tarfile.open(fileobj=io.BytesIO((Path(folder) / packed).read_bytes())) as archive:
            for name, target in ((BUNDLE, BUNDLE), ("LICENSE", "plotly-LICENSE.txt")):
                found = archive.extractfile(f"package/{name}")
                if found is None:
                    raise FileNotFoundError(name)
                (STATIC / target).write_bytes(found.read())
    with chromium() as browser:
        rules = style_rules(browser, (STATIC / BUNDLE).read_text("utf-8"))
    (STATIC / "plotly.css").write_text(rules, "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
