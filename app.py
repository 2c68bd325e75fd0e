"""FER Lab: explore, train, evaluate and use facial expression recognition. Start with ``streamlit run app.py``."""

from pages.shared.address import address_checked
from pages.shared.navigation import navigate

page = navigate()
with address_checked():
    page.run()
