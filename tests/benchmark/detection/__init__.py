"""How many faces photos and webcam frames find, and how many they see where there are none."""
