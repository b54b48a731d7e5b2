import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/** MCP over streamable HTTP, by the JDK's own server: a POST is answered by JSON, or by 202. */
public class Server {
  static final Gson gson = new Gson();
  static final Map<String, ?> number = Map.of("type", "number");
  static final Map<String, ?> add =
      Map.of(
          "name", "add",
          "description", "The sum of two numbers.",
          "inputSchema",
              Map.of(
                  "type", "object",
                  "properties", Map.of("a", number, "b", number),
                  "required", List.of("a", "b")));

  public static void main(String[] args) throws IOException {
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8000"));
    HttpServer server = HttpServer.create(new InetSocketAddress("0.0.0.0", port), 0);
    server.createContext("/mcp", Server::handle);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    System.err.println("listening on " + port);
  }

  static void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!exchange.getRequestMethod().equals("POST")) {
        exchange.sendResponseHeaders(405, -1);
        return;
      }
      var body = new InputStreamReader(exchange.getRequestBody(), StandardCharsets.UTF_8);
      JsonObject request = JsonParser.parseReader(body).getAsJsonObject();
      if (!request.has("id")) {
        exchange.sendResponseHeaders(202, -1);
        return;
      }
      JsonObject answer = answer(request);
      answer.addProperty("jsonrpc", "2.0");
      answer.add("id", request.get("id"));
      byte[] bytes = gson.toJson(answer).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("content-type", "application/json");
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  static JsonObject answer(JsonObject request) {
    JsonObject params = request.has("params") ? request.getAsJsonObject("params") : new JsonObject();
    Object result =
        switch (request.get("method").getAsString()) {
          case "initialize" ->
              Map.of(
                  "protocolVersion", "2025-06-18",
                  "capabilities", Map.of("tools", Map.of()),
                  "serverInfo", Map.of("name", "sums-java", "version", "1.0.0"));
          case "ping" -> Map.of();
          case "tools/list" -> Map.of("tools", List.of(add));
          case "tools/call" -> sum(params.getAsJsonObject("arguments"));
          default -> null;
        };
    JsonObject answer = new JsonObject();
    if (result != null) answer.add("result", gson.toJsonTree(result));
    else answer.add("error", gson.toJsonTree(Map.of("code", -32601, "message", "unknown method")));
    return answer;
  }

  static Map<String, ?> sum(JsonObject arguments) {
    JsonElement a = arguments.get("a"), b = arguments.get("b");
    String text = a.getAsBigDecimal().add(b.getAsBigDecimal()).toString();
    return Map.of("content", List.of(Map.of("type", "text", "text", text)));
  }
}
