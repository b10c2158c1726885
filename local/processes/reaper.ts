import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';

/**
 * Keeps the list of process groups and kills what is left of it when its input ends, which the
 * kernel sees to even after SIGKILL of the parent. Signals for the parent's terminal do not reach it.
 */
const SCRIPT = `
trap '' HUP INT TERM
groups=
while read -r op group; do
  if [ "$op" = + ]; then
    groups="$groups $group"
  else
    rest=
    for g in $groups; do [ "$g" = "$group" ] || rest="$rest $g"; done
    groups=$rest
  fi
done
for g in $groups; do kill -KILL "-$g" 2>/dev/null; done
`;

/**
 * Command line that registers its own process group with the reaper on descriptor 3 and then becomes
 * the command given. Registration comes before the command, so no moment is left in which a killed
 * parent leaves an unregistered child; the descriptor is closed, or the pipe would never end.
 */
export const REGISTER_AND_EXEC = ['sh', '-c', 'echo "+ $$" >&3; exec 3>&-; exec "$@"', 'sh'] as const;

/** A helper process that outlives us for an instant and takes our children with it. */
export class Reaper {
  private readonly helper: ChildProcess;
  /** The descriptor that {@link REGISTER_AND_EXEC} expects as number 3. */
  readonly registry: Socket;

  constructor() {
    this.helper = spawn('sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
    this.helper.on('error', () => undefined);
    this.helper.unref();
    this.registry = this.helper.stdin as Socket;
    this.registry.on('error', () => undefined);
    this.registry.unref();
  }

  /** Process id of the helper. */
  get pid(): number | undefined {
    return this.helper.pid;
  }

  /** To be called when the leader of a group has exited: its number may be given to somebody else. */
  forget(group: number): void {
    if (this.registry.writable) this.registry.write(`- ${group}\n`);
  }

  /** Ends the helper, and with it every group that is still registered. */
  async close(): Promise<void> {
    if (this.helper.exitCode !== null || this.helper.signalCode !== null) return;
    const exited = new Promise((resolve) => this.helper.once('exit', resolve));
    this.helper.ref();
    this.registry.end();
    await exited;
  }
}
