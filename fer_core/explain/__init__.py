"""Inside the network: what each layer makes of a face, what an answer rests on, and how easily it changes."""
