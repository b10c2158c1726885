import type { PlannedEdge } from '../../domain/lease-plan';
import { onWallClock } from '../../domain/windows';
import { table } from '../table';
import type { PlannedNode } from './plan-leases';

const HEADER = ['BINDING', 'NODE', 'POLICY', 'AT', 'LENDING', 'BECAUSE', 'DEADLINE', 'PODS'];
const NOTHING = '<none>';
/** Names shown of the pods of one edge; `-o json` shows all. */
const NAMES = 3;
/** Characters shown of an exception's reason. */
const REASON_LENGTH = 40;

/** The plan as a table, a row for each edge; a node without an edge ahead has a row that says how it stands. */
export function planTable(nodes: readonly PlannedNode[]): string {
  return table([HEADER, ...nodes.flatMap(rowsOf)]);
}

function rowsOf(node: PlannedNode): string[][] {
  const { binding, node: name, policy, lending, edges, timeZone } = node;
  const start = [binding, name, policy];
  if (timeZone !== null && edges.length > 0) return edges.map((edge) => [...start, ...cellsOf(edge, timeZone)]);
  return [[...start, NOTHING, lending, timeZone === null ? 'unknown time zone' : 'no edge ahead', NOTHING, NOTHING]];
}

function cellsOf({ localTime, lending, override, exception, reclaim }: PlannedEdge, zone: string): string[] {
  const deadline = reclaim?.deadline == null ? NOTHING : onWallClock(zone, Date.parse(reclaim.deadline));
  return [localTime, lending, override ?? oneLine(exception ?? 'window'), deadline, podsOf(reclaim?.pods ?? [])];
}

/** A person wrote it: it may hold anything, line feeds and the terminal's own codes included. */
function oneLine(text: string): string {
  const plain = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return plain.length > REASON_LENGTH ? `${plain.slice(0, REASON_LENGTH - 1)}…` : plain;
}

function podsOf(pods: readonly string[]): string {
  if (pods.length === 0) return NOTHING;
  const more = pods.length > NAMES ? ` and ${pods.length - NAMES} more` : '';
  return `${pods.slice(0, NAMES).join(',')}${more}`;
}
