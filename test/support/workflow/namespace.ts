import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../../../workflows/contracts/search-attributes';
import { eventually } from '../eventually';

/** Values of Temporal's `IndexedValueType`. */
const VALUE_TYPES: Readonly<Record<string, number>> = { KEYWORD: 2, DATETIME: 6 };

/** Makes a namespace with our search attributes, so that fixed workflow ids of two test files do not meet. @returns its name */
export async function createNamespace(address: string): Promise<string> {
  const namespace = `test-${randomUUID().slice(0, 8)}`;
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: 86_400 } as never });
    await eventually(() => addSearchAttributes(connection, namespace));
    return namespace;
  } finally {
    await connection.close();
  }
}

/** Registers our search attributes, without which no workflow of ours gets on. */
export async function addSearchAttributes({ operatorService }: Connection, namespace: string): Promise<void> {
  const searchAttributes = Object.fromEntries(SEARCH_ATTRIBUTES.map(({ name, type }) => [name, VALUE_TYPES[type] ?? 0]));
  await operatorService.addSearchAttributes({ namespace, searchAttributes });
}
