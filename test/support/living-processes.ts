import { readdirSync, readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';

/** True while a process runs. One that has ended and whose parent has not noticed yet does not count. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return stateOf(pid) !== 'Z';
}

/** Command lines of running processes that contain `text`: a stack's folder names all of its processes. */
export function processesMentioning(text: string): string[] {
  if (process.platform !== 'linux') return commandsFromPs().filter((command) => command.includes(text));
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readOr(`/proc/${pid}/cmdline`, '').replaceAll('\0', ' '))
    .filter((command) => command.includes(text));
}

function stateOf(pid: number): string {
  if (process.platform !== 'linux') return '';
  const stat = readOr(`/proc/${pid}/stat`, ') Z');
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
}

function readOr(path: string, absent: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return absent;
  }
}

function commandsFromPs(): string[] {
  return execFileSync('ps', ['-axo', 'command'], { encoding: 'utf8' }).split('\n');
}
