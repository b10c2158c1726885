import { KubeErrorCode } from '../../kube/errors';

/** What may be said about an error anywhere: no content of a cluster, no credential. */
export interface ErrorFacts {
  readonly name: string;
  /** Code of a KubeError, of the operating system, or of gRPC. */
  readonly code?: string | number;
  /** Type of an ApplicationFailure. */
  readonly type?: string;
  /** Only of the errors in {@link SAFE_MESSAGES}. */
  readonly message?: string;
  /** Where it was thrown, without the message; only of errors whose message is withheld. */
  readonly stack?: readonly string[];
  readonly cause?: ErrorFacts;
}

/** Errors whose messages are built from names, codes and field paths, so that nothing can leak through them. */
const SAFE_MESSAGES: ReadonlySet<string> = new Set([
  ...['BinaryError', 'BindingGone', 'ClusterMismatch', 'CredentialsFault', 'KubeError', 'KubeconfigError', 'ProcessError'],
  ...['RequestTimeout', 'SettingError', 'StoresNotReady', 'UserError'],
]);

const WORD = /^[A-Za-z][\w.-]{0,63}$/;
const FRAME = /^\s+at .+:\d+:\d+\)?$/;
const FRAMES = 8;
const CAUSES = 4;

/**
 * The safe facts of anything that was thrown. An unknown error gives its name, code and stack frames and keeps its message:
 * an API server's or a parser's message can quote a PodSpec or a kubeconfig.
 */
export function errorFacts(error: unknown): ErrorFacts {
  return factsOf(error, CAUSES);
}

function factsOf(error: unknown, causes: number): ErrorFacts {
  if (!isErrorLike(error)) return { name: typeof error };
  const { code, type, cause } = error as { code?: unknown; type?: unknown; cause?: unknown };
  const name = word(error.name) ?? 'Error';
  return {
    name,
    code: typeof code === 'number' ? code : word(code),
    type: word(type),
    ...(isSafe(name, type) ? { message: error.message } : { stack: frames(error) }),
    cause: causes > 0 && isErrorLike(cause) ? factsOf(cause, causes - 1) : undefined,
  };
}

/** An activity's failure has the name of the SDK's class; its type says that its message is one of ours. */
function isSafe(name: string, type: unknown): boolean {
  if (SAFE_MESSAGES.has(name)) return true;
  const ours = typeof type === 'string' && (SAFE_MESSAGES.has(type) || Object.hasOwn(KubeErrorCode, type));
  return name === 'ApplicationFailure' && ours;
}

/** Jest and the workflow sandbox have their own `Error`. */
export function isErrorLike(value: unknown): value is Error {
  const candidate = value as Error | null;
  return (
    value instanceof Error ||
    (typeof value === 'object' && typeof candidate?.message === 'string' && typeof candidate.stack === 'string')
  );
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && WORD.test(value) ? value : undefined;
}

function frames({ stack = '', message }: Error): readonly string[] {
  const afterMessage = message === '' ? stack : stack.split(message).slice(-1).join('');
  const lines = afterMessage.split('\n').filter((line) => FRAME.test(line));
  return lines.slice(0, FRAMES).map((line) => line.trim());
}
