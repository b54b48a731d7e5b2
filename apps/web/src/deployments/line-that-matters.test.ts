import { expect, test } from 'vitest'
import { lineThatMatters } from './line-that-matters.ts'

test.each([
  [
    'pip',
    [
      'Collecting fastmcp==2.12.4',
      'ERROR: Could not find a version that satisfies the requirement camelot-pyy (from versions: none)',
      '[notice] A new release of pip is available: 25.0 -> 25.3',
      'exit code: 1',
    ],
    1,
  ],
  [
    'Python',
    [
      'Traceback (most recent call last):',
      '  File "/app/server.py", line 3, in <module>',
      '    import weather',
      "ModuleNotFoundError: No module named 'weather'",
      'exited with status 1',
    ],
    3,
  ],
  [
    'Node',
    [
      "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'zod' imported from /app/server.js",
      '    at packageResolve (node:internal/modules/esm/resolve:873:9)',
      '',
      'Node.js v24.1.0',
    ],
    0,
  ],
  ['nothing that names a fault', ['starting', 'listening', ''], 1],
  ['no line at all', [], -1],
])('%s: quotes the line that says why', (_name, lines, expected) => {
  expect(lineThatMatters(lines)).toBe(expected)
})
