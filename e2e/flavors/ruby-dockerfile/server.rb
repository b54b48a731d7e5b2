require 'json'

# MCP on standard input and output: one JSON-RPC message a line.
ADD = {
  name: 'add',
  description: 'The sum of two numbers.',
  inputSchema: {
    type: 'object',
    properties: { a: { type: 'number' }, b: { type: 'number' } },
    required: %w[a b]
  }
}.freeze

def result(method, params)
  case method
  when 'initialize'
    { protocolVersion: '2025-06-18', capabilities: { tools: {} },
      serverInfo: { name: 'sums-ruby', version: '1.0.0' } }
  when 'ping' then {}
  when 'tools/list' then { tools: [ADD] }
  when 'tools/call'
    a, b = params['arguments'].values_at('a', 'b')
    { content: [{ type: 'text', text: (a + b).to_s }] }
  end
end

$stdout.sync = true
$stdin.each_line do |line|
  request = JSON.parse(line)
  next unless request.key?('id')

  found = result(request['method'], request['params'])
  rest = found ? { result: found } : { error: { code: -32_601, message: 'unknown method' } }
  puts JSON.generate({ jsonrpc: '2.0', id: request['id'], **rest })
end
