import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import pretty from 'pino-pretty';
import { errorFacts, isErrorLike } from './error-facts';
import { redacted } from './redact';

export { errorFacts, type ErrorFacts } from './error-facts';
export type { Logger } from 'pino';

/** `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`. Default `info`. */
export const LOG_LEVEL_VARIABLE = 'KUBEOCEAN_LOG_LEVEL';

const LEVELS: ReadonlySet<string> = new Set([...Object.keys(pino.levels.values), 'silent']);

/**
 * A logger of one component: JSON lines on standard output, readable lines on a terminal. Messages are constant texts; what
 * varies goes into fields, where credentials and object contents are censored at any depth and errors keep only their safe facts.
 *
 * @param destination Default standard output.
 */
export function createLogger(component: string, destination: DestinationStream = standardOutput()): Logger {
  const logger = pino(options(component), destination);
  const { child } = logger;
  // pino hands a child's fields to no formatter; children inherit this from their parent.
  logger.child = function censoredChild(this: Logger, fields, ...rest) {
    return child.call(this, redacted(fields), ...rest);
  } as Logger['child'];
  return logger;
}

/** Where logs go: standard output, through a formatter for people when it is a terminal. Writes at once, so that nothing is lost at exit. */
export function standardOutput(): DestinationStream {
  if (!process.stdout.isTTY) return pino.destination({ dest: 1, sync: true });
  return pretty({ colorize: true, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname', sync: true, destination: 1 });
}

function options(component: string): LoggerOptions {
  return {
    level: levelOf(process.env[LOG_LEVEL_VARIABLE]),
    base: { component },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: redacted },
    hooks: {
      logMethod(args, method) {
        // pino would take the message of the line from the error's.
        const [first, ...rest] = args as [unknown, ...unknown[]];
        if (!isErrorLike(first)) return method.apply(this, args);
        const [message] = rest;
        return method.apply(this, [{ error: errorFacts(first) }, typeof message === 'string' ? message : 'failed']);
      },
    },
  };
}

/** An unknown level must not keep a process from starting. */
function levelOf(wanted: string | undefined): string {
  const level = wanted?.toLowerCase() ?? 'info';
  return LEVELS.has(level) ? level : 'info';
}
