/** A process whose readiness counts. */
export interface Ready {
  readonly name: string;
  /** null while it does not listen. */
  readonly httpPort: number | null;
}

const PATIENCE_MS = 3_000;

/** What keeps these processes from being ready, in words for `/readyz`; empty when all are. */
export async function notReady(processes: readonly Ready[]): Promise<string[]> {
  const answers = await Promise.all(processes.map(askOne));
  return answers.flat();
}

async function askOne({ name, httpPort }: Ready): Promise<string[]> {
  if (httpPort === null) return [`${name}: is starting`];
  try {
    const answer = await fetch(`http://127.0.0.1:${httpPort}/readyz`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const body = await answer.text();
    if (answer.ok) return [];
    return body.split('\n').filter((line) => line !== '').map((line) => `${name}: ${line}`);
  } catch {
    return [`${name}: does not answer`];
  }
}
