"""Calls one tool with the Python fastmcp client, which signs in by OAuth: call-by-oauth.py URL TOOL [DOCUMENT].

DOCUMENT is the address of a client ID metadata document, in the place of a registration. Where it would open a browser it prints the address on a line of its own."""

import asyncio
import sys

from fastmcp import Client
from fastmcp.client.auth import OAuth


class PrintingOAuth(OAuth):
    async def redirect_handler(self, authorization_url: str) -> None:
        print(f"Open {authorization_url}", flush=True)


async def main() -> None:
    url, tool, *document = sys.argv[1:]
    auth = PrintingOAuth(client_metadata_url=document[0] if document else None)
    async with Client(url, auth=auth) as client:
        result = await client.call_tool(tool, {})
        print(result.content[0].text)


asyncio.run(main())
