"""How the pages look: Streamlit's theme options, the style sheet of our own elements, the local icon.

Both colour schemes are given, so the reader's system decides; the style sheet mixes from the text colour and
therefore needs no copy per scheme. No font, icon or picture comes from outside.
"""

from __future__ import annotations

from pathlib import Path

FAVICON = Path(__file__).with_name("favicon.png")
LOGO = Path(__file__).with_name("logo.svg")
SHEET = Path(__file__).with_name("antedate.css")

THEME: dict[str, str | int | bool | list[str]] = {
    "theme.font": "sans-serif",
    "theme.baseFontSize": 15,
    "theme.baseRadius": "0.375rem",
    "theme.headingFontSizes": ["1.65rem", "1.25rem", "1.05rem"],
    "theme.paddingTop": "2.5rem",
    "theme.showWidgetBorder": True,
    "theme.showSidebarBorder": True,
    "theme.light.primaryColor": "#1f5f8b",
    "theme.light.backgroundColor": "#ffffff",
    "theme.light.secondaryBackgroundColor": "#f4f6f8",
    "theme.light.textColor": "#1b2530",
    "theme.light.linkColor": "#1a5a86",
    "theme.light.borderColor": "#d5dce3",
    "theme.dark.primaryColor": "#2f7ab0",
    "theme.dark.backgroundColor": "#12171d",
    "theme.dark.secondaryBackgroundColor": "#1a2129",
    "theme.dark.textColor": "#e2e7ec",
    "theme.dark.linkColor": "#86bfe6",
    "theme.dark.borderColor": "#323d48",
}
