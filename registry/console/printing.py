"""A program of its own: a page as HTML on standard input becomes a PDF on standard output.

Apart from the web process, for what draws it is large, rests on libraries of the system, and has no business near keys.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

_HOST = "https://console.invalid"
_STATIC = Path(__file__).parent / "static"
_FILES = {
    "console.css": "text/css",
    "explanation.css": "text/css",
    "report.css": "text/css",
    "icon.svg": "image/svg+xml",
}


class _OwnFiles(URLFetcher):  # type: ignore[misc]
    """Gives the files of this package; a page of ours never fetches anything from elsewhere."""

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """Return a file; raises ValueError for anything else, which then is left out."""
        name = url.removeprefix(f"{_HOST}/console/")
        if name not in _FILES:
            raise ValueError("a page on paper holds nothing from elsewhere")
        return URLFetcherResponse(url, (_STATIC / name).read_bytes(), {"Content-Type": _FILES[name]})


def main() -> None:
    """Write the page as a tagged PDF (PDF/UA-1), which a screen reader can follow."""
    page = HTML(string=sys.stdin.buffer.read().decode(), base_url=f"{_HOST}/", url_fetcher=_OwnFiles())
    sys.stdout.buffer.write(page.write_pdf(pdf_variant="pdf/ua-1"))


if __name__ == "__main__":
    main()
