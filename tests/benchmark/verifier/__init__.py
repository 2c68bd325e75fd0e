"""How the face verifier that photos and frames use was trained."""
