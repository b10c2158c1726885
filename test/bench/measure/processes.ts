import { readFileSync } from 'node:fs';

/** What a process has used so far. */
export interface ProcessUse {
  /** User and system time of all its threads, in seconds. */
  readonly cpuSeconds: number;
  /** Most memory it ever had resident, in MiB. */
  readonly peakMiB: number;
}

/** Linux counts times of processes in hundredths of a second, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;

/** Reads `/proc/<pid>`; null for a process that has gone, and on systems without `/proc`. */
export function processUse(pid: number): ProcessUse | null {
  try {
    return {
      cpuSeconds: cpuSecondsOf(readFileSync(`/proc/${pid}/stat`, 'utf8')),
      peakMiB: peakMiBOf(readFileSync(`/proc/${pid}/status`, 'utf8')),
    };
  } catch {
    return null;
  }
}

/** From the text of `/proc/<pid>/stat`; the name in brackets may hold blanks and brackets. */
export function cpuSecondsOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** From the text of `/proc/<pid>/status`; 0 where the line is missing. */
export function peakMiBOf(status: string): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
}

/** CPU seconds that all processes of this machine have been given since it started; 0 on systems without `/proc`. */
export function machineCpuSeconds(): number {
  try {
    return machineCpuSecondsOf(readFileSync('/proc/stat', 'utf8'));
  } catch {
    return 0;
  }
}

/** From the text of `/proc/stat`: user, nice, system, irq and softirq, without idle time and time stolen. */
export function machineCpuSecondsOf(stat: string): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = (stat.split('\n')[0] ?? '').split(/ +/).slice(1).map(Number);
  return (user + nice + system + irq + softirq) / TICKS_PER_SECOND;
}

/** A process by its name in the stack. */
export interface NamedProcess {
  readonly name: string;
  readonly pid: number;
}

/** What each process of a stack uses, by name. */
export type Uses = ReadonlyMap<string, ProcessUse>;

/** One look at all of them. */
export function usesOf(processes: readonly NamedProcess[]): Uses {
  return new Map(processes.flatMap(({ name, pid }) => {
    const use = processUse(pid);
    return use === null ? [] : [[name, use] as const];
  }));
}

/** CPU between two looks, and the peak at the second; a process that was not there at the first counts from zero. */
export function usedBetween(before: Uses, after: Uses): Uses {
  return new Map([...after].map(([name, { cpuSeconds, peakMiB }]) => [
    name,
    { cpuSeconds: cpuSeconds - (before.get(name)?.cpuSeconds ?? 0), peakMiB },
  ]));
}

/** CPU seconds of all processes whose name matches. */
export function cpuOf(uses: Uses, pattern: RegExp): number {
  return [...uses].filter(([name]) => pattern.test(name)).reduce((sum, [, use]) => sum + use.cpuSeconds, 0);
}

/** Peak memory in MiB of the largest process whose name matches; 0 when there is none. */
export function peakOf(uses: Uses, pattern: RegExp): number {
  return Math.max(0, ...[...uses].filter(([name]) => pattern.test(name)).map(([, use]) => use.peakMiB));
}
