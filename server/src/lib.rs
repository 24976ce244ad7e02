#![doc = "The Colophon server."]
