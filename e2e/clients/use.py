"""Uses a server with the Python fastmcp client: use.py URL KEY MODE NAMES(JSON).

MODE is an era, or sse for the transport of 2024-11-05. NAMES has tools, prompts or resources to use. Prints
what is listed of these kinds, and the text, or the error, that each use led to."""

import asyncio
import json
import sys

from fastmcp import Client
from fastmcp.client.auth import BearerAuth
from fastmcp.client.transports import SSETransport


async def main() -> None:
    url, key, mode, names = sys.argv[1:]
    auth = BearerAuth(key)
    if mode == "sse":
        client = Client(SSETransport(url, auth=auth))
    else:
        client = Client(url, auth=auth, mode=mode)
    async with client:
        seen = {"protocol": client.protocol_version, "listed": {}, "used": {}}
        for kind, wanted in json.loads(names).items():
            seen["listed"][kind] = sorted(await listed(client, kind))
            for name in wanted:
                try:
                    seen["used"][name] = await used(client, kind, name)
                except Exception as error:
                    seen["used"][name] = f"{type(error).__name__}: {error}"
        print(json.dumps(seen))


async def listed(client: Client, kind: str) -> list[str]:
    if kind == "tools":
        return [tool.name for tool in await client.list_tools()]
    if kind == "prompts":
        return [prompt.name for prompt in await client.list_prompts()]
    templates = await client.list_resource_templates()
    resources = await client.list_resources()
    return [str(one.uri) for one in resources] + [str(one.uri_template) for one in templates]


async def used(client: Client, kind: str, name: str) -> str:
    if kind == "tools":
        return (await client.call_tool(name, {})).content[0].text
    if kind == "prompts":
        return (await client.get_prompt(name)).messages[0].content.text
    return (await client.read_resource(name))[0].text


asyncio.run(main())
