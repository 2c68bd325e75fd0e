"""FER Lab: explore, train, evaluate and use facial expression recognition. Start with ``streamlit run app.py``."""

from pages.shared.navigation import navigate

navigate().run()
