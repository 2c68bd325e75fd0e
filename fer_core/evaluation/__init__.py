"""Evaluation of checkpoints: accuracy, errors, confidence intervals, calibration and comparison."""
