"""The states of runs and searches, as people see them."""

_LOOKS = {
    "queued": ("gray", "hourglass_empty"),
    "running": ("blue", "play_circle"),
    "stopping": ("orange", "stop_circle"),
    "paused": ("violet", "pause_circle"),
    "stopped": ("orange", "stop_circle"),
    "finished": ("green", "check_circle"),
    "failed": ("red", "error"),
}
"""Color and icon of each state."""


def state_badge(state: str) -> str:
    """Markdown of a state's badge, with its color and icon."""
    color, icon = _LOOKS[state]
    return f":{color}-badge[:material/{icon}: {state}]"
