"""An engine on another machine: the port of `engine.protocol` over an OpenAI-compatible server."""
