"""The script that Streamlit runs for every change of a page: choose it, show what surrounds it, run it."""

from __future__ import annotations

import streamlit as st

from ui.common import failures
from ui.screens import shell
from ui.style import FAVICON, LOGO, SHEET


def main() -> None:
    """Show the page that the address names."""
    st.set_page_config(page_title="Antedate", page_icon=str(FAVICON), layout="wide")
    st.logo(LOGO, size="large", link=None)
    st.html(SHEET)
    chosen = st.navigation(shell.places())
    shell.enter()
    try:
        chosen.run()
    except failures() as error:
        shell.stuck(error)


if __name__ == "__main__":
    main()
