"""What each layer does, in words with its own numbers."""

from collections.abc import Sequence

from fer_core.explain.layers import Layer


def explain(layers: Sequence[Layer], place: int) -> str:
    """One or two sentences on a layer: what it does, to what, and how many numbers it learned."""
    layer = layers[place]
    before = layers[layer.sources[0]] if layer.sources[0] >= 0 else None
    return _SENTENCES["averaging" if layer.operation == "AVERAGE_POOL_2D" else layer.kind].format(
        source=before.shape_in_words() if before else "the face of 48×48",
        window=_window(layer, before.output.shape[0] if before else 48) if layer.kind == "pooling" else "",
        result=layer.shape_in_words(),
        arithmetic=arithmetic(layer),
        learned=f"{layer.count:,}",
        bend="; what is negative becomes 0 with ReLU" if (layer.output >= 0).all() else "",
    )


def _window(layer: Layer, height: int) -> str:
    """What one value of a pooling layer sees of maps of a height."""
    factor = round(height / layer.output.shape[0])
    return f"each {factor}×{factor} values" if factor > 1 else "the values around each place"


def arithmetic(layer: Layer) -> str:
    """How one of its numbers is worked out, such as "3×3×32 products and a bias"."""
    if layer.kind == "convolution":
        height, width, channels = layer.kernel(0).shape
        return f"{height}×{width}×{channels} = {height * width * channels:,} products, their sum and a bias"
    if layer.kind == "dense":
        return f"{layer.weights.shape[1]:,} products, their sum and a bias"
    return "no learned number"


_SENTENCES = {
    "convolution": (
        "Slides small filters over {source}: {result}. Each value is {arithmetic}{bend}. A map is bright where its "
        "filter finds its pattern. Learned numbers: {learned}."
    ),
    "pooling": "Keeps the largest of {window} of {source}: {result}. Exact places blur, what matters stays.",
    "averaging": "Averages {window} of {source}: {result}. A face that is moved a little looks nearly the same.",
    "mean": "Averages each map of {source} into one number: {result}. How much of each pattern, no longer where.",
    "flatten": "Writes {source} one after the other: {result}. Nothing is worked out here.",
    "dense": "Each of its {result} is {arithmetic}, over all of {source}{bend}. Learned numbers: {learned}.",
    "sum": "Adds the way around to {source}: {result}. What was known before is not lost.",
    "activation": "Bends each value of {source} by a fixed curve: {result}.",
    "softmax": "Turns {source} into probabilities that sum to one, by equation (1) of the paper.",
}
