from tests.browser.chromium import chromium, tab

__all__ = ["chromium", "tab"]
