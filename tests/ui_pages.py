"""The pages run by Streamlit's own AppTest, one run of the script at a time."""

from __future__ import annotations

import html

from streamlit.testing.v1 import AppTest

from tests.browser import ROOT


def open_page(path: str = "", **parameters: str | list[str]) -> AppTest:
    """Run the face once on a page."""
    test = AppTest.from_file(str(ROOT / "ui" / "app.py"), default_timeout=30)
    test.query_params.update(parameters)
    test.run()
    if path:
        page = next(key for key, info in test._registered_pages.items() if info["url_pathname"] == path)
        test._page_hash = page
        test.query_params.update(parameters)
        test.run()
    assert not test.exception
    return test


def words(test: AppTest) -> str:
    """Return everything that a page says, HTML elements included."""
    kinds = (
        test.title,
        test.subheader,
        test.caption,
        test.markdown,
        test.info,
        test.warning,
        test.error,
        test.success,
    )
    said = [element.value for kind in kinds for element in kind]
    return "\n".join([*said, *(html.unescape(element.body) for element in test.html)])


def press(test: AppTest, label: str) -> AppTest:
    """Press the button of that name and run the page."""
    next(button for button in test.button if button.label == label).click().run()
    assert not test.exception
    return test
