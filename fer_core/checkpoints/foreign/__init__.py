"""Checkpoints from elsewhere: checked and opened only in a limited child process, never where pages are served."""

from typing import Literal, get_args

Scaling = Literal["raw", "unit", "symmetric", "standardized"]
"""How gray values become what a foreign network was trained on."""

SCALINGS: tuple[Scaling, ...] = get_args(Scaling)

SCALING_TITLES: dict[Scaling, str] = {
    "unit": "0 to 1 (divided by 255)",
    "raw": "0 to 255 (as in the file, or the network scales itself)",
    "symmetric": "−1 to 1 (divided by 127.5, less 1)",
    "standardized": "each picture to mean 0 and variance 1",
}
"""What people choose from, the most frequent first."""
