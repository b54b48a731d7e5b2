import { execFile } from 'node:child_process'

/** Runs a program to its end and gives its standard output; its last error lines are in the error. */
export function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { maxBuffer: 64 * 2 ** 20 }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout)
      const tail = `${stdout}${stderr}`.trim().split('\n').slice(-15).join('\n')
      reject(
        new Error(`${program} ${args.slice(0, 3).join(' ')} failed:\n${tail}`, { cause: error }),
      )
    })
  })
}

/** Whether a program answers at all, whatever it says. */
export async function isInstalled(program: string): Promise<boolean> {
  return run('which', [program]).then(
    () => true,
    () => false,
  )
}
