"""From any picture to upright 48x48 faces: decoding, detection and pre-processing."""
