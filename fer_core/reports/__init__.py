"""What can be taken out of the app: reports as one HTML file, predictions as CSV, cards as Markdown."""
