"""Staff at a terminal: each command parses, calls one verb, and says what is now true."""
