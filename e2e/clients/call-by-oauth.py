"""Calls one tool with the Python fastmcp client, which signs in by OAuth: call-by-oauth.py URL TOOL.

Where it would open a browser it prints the address on a line of its own."""

import asyncio
import sys

from fastmcp import Client
from fastmcp.client.auth import OAuth


class PrintingOAuth(OAuth):
    async def redirect_handler(self, authorization_url: str) -> None:
        print(f"Open {authorization_url}", flush=True)


async def main() -> None:
    url, tool = sys.argv[1:]
    async with Client(url, auth=PrintingOAuth()) as client:
        result = await client.call_tool(tool, {})
        print(result.content[0].text)


asyncio.run(main())
