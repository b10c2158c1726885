import { runCommand } from '../../local/binaries/run-command';
import { binaries } from './binaries';

const DEADLINE_MS = 120_000;

/** How the `temporal` command line ended. */
export interface TemporalOutcome {
  readonly code: number | null;
  readonly output: string;
}

/** The real `temporal` command line, as a person at a terminal uses it, against one server. */
export class TemporalCli {
  constructor(private readonly address: string) {}

  /** A refusal by the server is an outcome, not an error. */
  async run(...args: string[]): Promise<TemporalOutcome> {
    const { temporal } = await binaries();
    const env = { PATH: process.env.PATH, HOME: '/nonexistent' };
    return await runCommand({ command: temporal, args: [...args, '--address', this.address], env, within: DEADLINE_MS });
  }

  /** Executes an update. @returns what it answers. @throws Error with the output when it fails */
  async update<R>(workflowId: string, name: string, ...inputs: unknown[]): Promise<R> {
    const { code, output } = await this.run(...updateArgs(workflowId, name, inputs), '--output', 'json');
    if (code !== 0) throw new Error(output);
    return (JSON.parse(output) as { result: R }).result;
  }

  /** @throws Error with the output when it fails */
  async signal(workflowId: string, name: string, ...inputs: unknown[]): Promise<void> {
    const { code, output } = await this.run('workflow', 'signal', '--workflow-id', workflowId, '--name', name, ...inputArgs(inputs));
    if (code !== 0) throw new Error(output);
  }

  /** @returns what the query answers. @throws Error with the output when it fails */
  async query<R>(workflowId: string, type: string): Promise<R> {
    const { code, output } = await this.run('workflow', 'query', '--workflow-id', workflowId, '--type', type, '--output', 'json');
    if (code !== 0) throw new Error(output);
    return (JSON.parse(output) as { queryResult: R[] }).queryResult[0] as R;
  }
}

/** Arguments of `temporal workflow update execute`. */
export function updateArgs(workflowId: string, name: string, inputs: readonly unknown[]): string[] {
  return ['workflow', 'update', 'execute', '--workflow-id', workflowId, '--name', name, ...inputArgs(inputs)];
}

const inputArgs = (inputs: readonly unknown[]): string[] => inputs.flatMap((input) => ['--input', JSON.stringify(input)]);
