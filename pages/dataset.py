"""Dataset."""

from pages.shared.navigation import start_page

start_page("Dataset", "")
