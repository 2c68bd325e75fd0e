"""Break it: experiments that change one thing, ask for a guess, and show what happens."""
