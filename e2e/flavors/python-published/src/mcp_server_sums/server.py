import mcp.types as types
from mcp.server import Server
from mcp.server.stdio import stdio_server

number = {"type": "number"}


async def serve(offset: int) -> None:
    server = Server("mcp-sums")

    @server.list_tools()
    async def list_tools() -> list[types.Tool]:
        schema = {"type": "object", "properties": {"a": number, "b": number}, "required": ["a", "b"]}
        return [types.Tool(name="add", description="The sum of two numbers.", inputSchema=schema)]

    @server.call_tool()
    async def call_tool(name: str, arguments: dict) -> list[types.TextContent]:
        total = arguments["a"] + arguments["b"] + offset
        return [types.TextContent(type="text", text=str(total))]

    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())
