<?php
// MCP over streamable HTTP: a POST is answered by JSON, or by 202.
declare(strict_types=1);

const NUMBER = ['type' => 'number'];
const ADD = [
    'name' => 'add',
    'description' => 'The sum of two numbers.',
    'inputSchema' => [
        'type' => 'object',
        'properties' => ['a' => NUMBER, 'b' => NUMBER],
        'required' => ['a', 'b'],
    ],
];

function result(string $method, array $params): ?array
{
    return match ($method) {
        'initialize' => [
            'protocolVersion' => '2025-06-18',
            'capabilities' => ['tools' => new stdClass()],
            'serverInfo' => ['name' => 'sums-php', 'version' => '1.0.0'],
        ],
        'ping' => [],
        'tools/list' => ['tools' => [ADD]],
        'tools/call' => [
            'content' => [[
                'type' => 'text',
                'text' => (string) ($params['arguments']['a'] + $params['arguments']['b']),
            ]],
        ],
        default => null,
    };
}

if (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) !== '/mcp') {
    http_response_code(404);
    exit;
}
if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
    http_response_code(405);
    exit;
}
$request = json_decode(file_get_contents('php://input'), true, flags: JSON_THROW_ON_ERROR);
if (!array_key_exists('id', $request)) {
    http_response_code(202);
    exit;
}
$result = result($request['method'], $request['params'] ?? []);
$rest = $result === null
    ? ['error' => ['code' => -32601, 'message' => 'unknown method']]
    : ['result' => (object) $result];
header('content-type: application/json');
echo json_encode(['jsonrpc' => '2.0', 'id' => $request['id'], ...$rest], JSON_THROW_ON_ERROR);
