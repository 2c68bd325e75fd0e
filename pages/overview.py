"""What FER Lab is, what is loaded, and where to go next."""

from pages.shared.navigation import start_page

start_page("FER Lab", "Explore, train, evaluate and use facial expression recognition.")
