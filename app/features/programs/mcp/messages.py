"""The messages of MCP: the parameters that are understood, and the results, as far as the desk's tools need them."""

from __future__ import annotations

import msgspec

from app.features.programs.mcp.wire import Id


class Implementation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A client or a server."""

    name: str = ""
    version: str = ""
    title: str = ""


class InitializeParams(msgspec.Struct, frozen=True, rename="camel"):
    protocol_version: str = ""
    client_info: Implementation = Implementation()


class InitializeResult(msgspec.Struct, frozen=True, rename="camel"):
    protocol_version: str
    capabilities: dict[str, dict[str, bool]]
    server_info: Implementation
    instructions: str


class CallMeta(msgspec.Struct, frozen=True, rename="camel"):
    progress_token: Id | None = None


class CallParams(msgspec.Struct, frozen=True):
    """The parameters of `tools/call`."""

    name: str
    arguments: msgspec.Raw = msgspec.Raw(b"{}")
    meta: CallMeta = msgspec.field(default=CallMeta(), name="_meta")


class ReadParams(msgspec.Struct, frozen=True):
    """The parameters of `resources/read`."""

    uri: str


class CancelledParams(msgspec.Struct, frozen=True, rename="camel"):
    request_id: Id | None = None


class ProgressParams(msgspec.Struct, frozen=True, rename="camel"):
    progress_token: Id
    progress: float
    total: float
    message: str


class TextContent(msgspec.Struct, frozen=True, tag="text"):
    text: str


class CallResult(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    content: tuple[TextContent, ...]
    structured_content: msgspec.Struct | None = None
    is_error: bool = False


class ToolAnnotations(msgspec.Struct, frozen=True, rename="camel"):
    """Hints about the effects of a call: nothing of a document changes, nothing else is reached."""

    title: str
    read_only_hint: bool
    destructive_hint: bool = False
    idempotent_hint: bool = True
    open_world_hint: bool = False


class ToolDescription(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    title: str
    description: str
    input_schema: dict[str, object]
    output_schema: dict[str, object]
    annotations: ToolAnnotations


class Resource(msgspec.Struct, frozen=True, rename="camel"):
    uri: str
    name: str
    title: str
    mime_type: str = "text/plain"


class ResourceTemplate(msgspec.Struct, frozen=True, rename="camel"):
    uri_template: str
    name: str
    title: str
    description: str
    mime_type: str = "text/plain"


class ResourceText(msgspec.Struct, frozen=True, rename="camel"):
    uri: str
    text: str
    mime_type: str = "text/plain"


def schema_of(kind: type[msgspec.Struct]) -> dict[str, object]:
    """Return the JSON schema of a struct, as an object: what MCP wants for a tool's arguments and results."""
    (whole,), components = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    found = dict(components)
    own: dict[str, object] = dict(found.pop(kind.__name__, whole))
    return {**own, "$defs": found} if found else own
