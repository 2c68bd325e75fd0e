"""What is doubtful in a dataset: duplicates, images that are no faces, labels that disagree."""
