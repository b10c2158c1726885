import { spawn, type ChildProcess } from 'node:child_process';

/** Loads TypeScript through the same compiler as Jest, without types. */
const LOADER = `
const { transformFileSync } = require('@swc/core');
const options = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } };
require.extensions['.ts'] = (module, file) => module._compile(transformFileSync(file, options).code, file);
require(process.argv[1]);
`;

/** Runs a TypeScript file in a Node process of its own; standard output is a pipe. For tests that kill it. */
export function spawnTypeScript(file: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, ['-e', LOADER, file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
}
