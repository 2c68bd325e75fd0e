"""The command line's commands: each reads its options, calls the room it speaks for, and answers in words and JSON."""
