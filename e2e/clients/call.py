"""Calls one tool with the Python fastmcp client: call.py URL KEY TOOL ARGUMENTS(JSON)."""

import asyncio
import json
import sys

from fastmcp import Client
from fastmcp.client.auth import BearerAuth


async def main() -> None:
    url, key, tool, arguments = sys.argv[1:]
    async with Client(url, auth=BearerAuth(key)) as client:
        names = sorted(tool.name for tool in await client.list_tools())
        result = await client.call_tool(tool, json.loads(arguments))
        print(json.dumps({"tools": names, "text": result.content[0].text}))


asyncio.run(main())
