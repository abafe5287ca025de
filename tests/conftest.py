"""What every test may rely on: tests marked `browser` run where there is a Chromium, and are skipped where not."""

from __future__ import annotations

import shutil

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def pytest_report_header() -> str:
    return f"browser tests: {f'with {CHROMIUM}' if CHROMIUM else 'skipped, there is no Chromium on this machine'}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="there is no Chromium on this machine"))
