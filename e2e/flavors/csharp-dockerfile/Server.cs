using System;
using System.Collections.Generic;
using System.Text;
using System.Web.Script.Serialization;

/// MCP on standard input and output: one JSON-RPC message a line.
static class Server
{
    static readonly JavaScriptSerializer json = new JavaScriptSerializer();
    static readonly object number = new { type = "number" };
    static readonly object add = new
    {
        name = "add",
        description = "The sum of two numbers.",
        inputSchema = new
        {
            type = "object",
            properties = new { a = number, b = number },
            required = new[] { "a", "b" },
        },
    };

    static void Main()
    {
        Console.InputEncoding = Console.OutputEncoding = new UTF8Encoding(false);
        string line;
        while ((line = Console.ReadLine()) != null)
        {
            var request = json.Deserialize<Dictionary<string, object>>(line);
            if (!request.ContainsKey("id")) continue;
            var answer = new Dictionary<string, object> { { "jsonrpc", "2.0" }, { "id", request["id"] } };
            var result = Result(request);
            if (result != null) answer["result"] = result;
            else answer["error"] = new { code = -32601, message = "unknown method" };
            Console.WriteLine(json.Serialize(answer));
            Console.Out.Flush();
        }
    }

    static object Result(Dictionary<string, object> request)
    {
        switch ((string)request["method"])
        {
            case "initialize":
                return new
                {
                    protocolVersion = "2025-06-18",
                    capabilities = new { tools = new { } },
                    serverInfo = new { name = "sums-csharp", version = "1.0.0" },
                };
            case "ping":
                return new { };
            case "tools/list":
                return new { tools = new[] { add } };
            case "tools/call":
                var given = (Dictionary<string, object>)((Dictionary<string, object>)request["params"])["arguments"];
                var sum = Convert.ToDecimal(given["a"]) + Convert.ToDecimal(given["b"]);
                return new { content = new[] { new { type = "text", text = sum.ToString() } } };
            default:
                return null;
        }
    }
}
