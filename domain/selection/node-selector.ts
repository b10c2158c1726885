import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from 'kubernetes-types/core/v1';

/** What a node selector looks at. */
export interface SelectableNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Whether a node selector of a binding or policy matches a node (spec leasing.md 1.4).
 * No selector, or one without terms, matches every node; terms are alternatives; a malformed requirement makes its
 * term match nothing.
 */
export function matchesNodeSelector(selector: NodeSelector | undefined, node: SelectableNode): boolean {
  const terms = selector?.nodeSelectorTerms ?? [];
  return terms.length === 0 || terms.some((term) => matchesTerm(term, node));
}

function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: SelectableNode): boolean {
  return (
    matchExpressions.length + matchFields.length > 0 &&
    matchExpressions.every((expression) => matchesExpression(expression, node.labels)) &&
    matchFields.every((field) => matchesField(field, node.name))
  );
}

/** The only field is the name, the only operator `In` with one value; two entries must both hold. */
function matchesField({ key, operator, values = [] }: NodeSelectorRequirement, name: string): boolean {
  return key === 'metadata.name' && operator === 'In' && values.length === 1 && values[0] === name;
}

type Labels = Readonly<Record<string, string>>;

/** Label semantics of each operator: `value` is the node's, `undefined` where it lacks the label. */
const OPERATORS: Readonly<Record<string, (value: string | undefined, values: readonly string[]) => boolean>> = {
  In: (value, values) => areLabelValues(values) && value !== undefined && values.includes(value),
  NotIn: (value, values) => areLabelValues(values) && (value === undefined || !values.includes(value)),
  Exists: (value, values) => values.length === 0 && value !== undefined,
  DoesNotExist: (value, values) => values.length === 0 && value === undefined,
  Gt: (value, values) => compareIntegers(value, values, (label, bound) => label > bound),
  Lt: (value, values) => compareIntegers(value, values, (label, bound) => label < bound),
};

function matchesExpression({ key, operator, values = [] }: NodeSelectorRequirement, labels: Labels): boolean {
  const matches = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  return isLabelKey(key) && matches?.(value, values) === true;
}

function compareIntegers(
  value: string | undefined,
  values: readonly string[],
  holds: (label: bigint, bound: bigint) => boolean,
): boolean {
  const label = toInteger(value);
  const bound = values.length === 1 ? toInteger(values[0]) : null;
  return label !== null && bound !== null && holds(label, bound);
}

function toInteger(text: string | undefined): bigint | null {
  if (text === undefined || !/^[+-]?\d+$/.test(text)) {
    return null;
  }
  const integer = BigInt(text.replace('+', ''));
  return BigInt.asIntN(64, integer) === integer ? integer : null;
}

function isLabelKey(key: string): boolean {
  return /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(key);
}

function areLabelValues(values: readonly string[]): boolean {
  return (
    values.length > 0 && values.every((value) => /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/.test(value))
  );
}
