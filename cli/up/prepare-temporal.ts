import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../../workflows/contracts/search-attributes';

/** The operator has to do something; the message is one sentence that says what. */
export class TemporalNotPrepared extends Error {
  override readonly name = 'TemporalNotPrepared';
}

/** How long closed workflows are kept in a namespace that we make. */
const RETENTION_SECONDS = 3 * 24 * 3_600;

/** Values of `IndexedValueType` of the Temporal API, by the names that our definitions use. */
const TYPES: Readonly<Record<string, { readonly code: number; readonly cli: string }>> = {
  KEYWORD: { code: 2, cli: 'Keyword' },
  DATETIME: { code: 6, cli: 'Datetime' },
};

/** gRPC status codes. */
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const REFUSALS: readonly number[] = [7, 12, 16];

/**
 * Makes the namespace if it is missing; a new one may take seconds to be known everywhere.
 *
 * @returns whether it was missing.
 * @throws TemporalNotPrepared when that is not permitted, naming the command; ServiceError when Temporal does not answer.
 */
export async function ensureNamespace({ workflowService }: Connection, namespace: string): Promise<boolean> {
  try {
    await workflowService.describeNamespace({ namespace });
    return false;
  } catch (error) {
    if (statusOf(error) !== NOT_FOUND) throw error;
  }
  try {
    await workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: RETENTION_SECONDS as never },
    });
    return true;
  } catch (error) {
    if (statusOf(error) === ALREADY_EXISTS) return false;
    throw explained(error, `Temporal has no namespace ${namespace}; make it with: temporal operator namespace create --namespace ${namespace}`);
  }
}

/**
 * Registers the search attributes that are missing.
 *
 * @returns their names.
 * @throws TemporalNotPrepared when that is not permitted, or one has another type; ServiceError when Temporal does not answer.
 */
export async function ensureSearchAttributes({ operatorService }: Connection, namespace: string): Promise<string[]> {
  const commandFor = (names: readonly string[]) => `register them with: ${attributeCommand(namespace, names)}`;
  const every = SEARCH_ATTRIBUTES.map(({ name }) => name);
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace }).catch((error: unknown) => {
    throw explained(error, `the search attributes of namespace ${namespace} cannot be read; ${commandFor(every)}`);
  });
  const missing = SEARCH_ATTRIBUTES.filter(({ name, type }) => {
    const present = customAttributes?.[name];
    if (present !== undefined && present !== null && present !== codeOf(type)) {
      throw new TemporalNotPrepared(`search attribute ${name} of namespace ${namespace} is not of type ${cliOf(type)}; use another namespace`);
    }
    return present === undefined || present === null;
  });
  if (missing.length === 0) return [];
  const names = missing.map(({ name }) => name);
  const searchAttributes = Object.fromEntries(missing.map(({ name, type }) => [name, codeOf(type)]));
  try {
    await operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    if (statusOf(error) !== ALREADY_EXISTS) throw explained(error, `search attributes are missing in namespace ${namespace}; ${commandFor(names)}`);
  }
  return names;
}

/** What to wait for after one of these errors, as one phrase. */
export function reasonToWait(error: unknown, { address, namespace }: { readonly address: string; readonly namespace: string }): string {
  if (error instanceof TemporalNotPrepared) return error.message;
  if (statusOf(error) === NOT_FOUND) return `Temporal does not serve namespace ${namespace} yet`;
  return `Temporal does not answer at ${address}`;
}

/** The command that registers these attributes. */
export function attributeCommand(namespace: string, names: readonly string[]): string {
  const wanted = SEARCH_ATTRIBUTES.filter(({ name }) => names.includes(name));
  const flags = wanted.flatMap(({ name, type }) => ['--name', name, '--type', cliOf(type)]);
  return ['temporal operator search-attribute create', '--namespace', namespace, ...flags].join(' ');
}

function codeOf(type: string): number {
  return TYPES[type]?.code ?? 0;
}

function cliOf(type: string): string {
  return TYPES[type]?.cli ?? type;
}

/** A refusal becomes a sentence for the operator; everything else stays what it is and is tried again. */
function explained(error: unknown, sentence: string): unknown {
  return REFUSALS.includes(statusOf(error) ?? -1) ? new TemporalNotPrepared(sentence) : error;
}

function statusOf(error: unknown): number | undefined {
  return isGrpcServiceError(error) ? error.code : undefined;
}
