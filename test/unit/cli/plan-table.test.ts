import type { PlannedEdge } from '../../../domain/lease-plan';
import type { PlannedNode } from '../../../cli/lease/plan-leases';
import { planTable } from '../../../cli/lease/plan-table';

const opening: PlannedEdge = {
  at: '2026-03-27T17:00:00Z',
  localTime: '2026-03-27T18:00:00+01:00',
  lending: 'Open',
  override: null,
  exception: null,
  reclaim: null,
};
const closing: PlannedEdge = {
  at: '2026-03-28T07:00:00Z',
  localTime: '2026-03-28T08:00:00+01:00',
  lending: 'Closed',
  override: null,
  exception: 'Black Friday',
  reclaim: {
    noticeAt: null,
    beginsAt: '2026-03-28T07:00:00Z',
    deadline: '2026-03-28T07:10:00Z',
    pods: ['a/1', 'a/2', 'a/3', 'a/4', 'a/5'],
    staying: [],
  },
};
const node: PlannedNode = {
  ...{ binding: 'east', node: 'n1', virtualNode: 'vnode-e-n1', policy: 'nights' },
  ...{ timeZone: 'Europe/Berlin', lending: 'Closed', edges: [opening, closing] },
};

it('has a row for each edge, and one for a node without', () => {
  const returned: PlannedNode = { ...node, node: 'n0', edges: [{ ...opening, override: 'return' }] };
  const always: PlannedNode = { ...node, node: 'n2', lending: 'Open', edges: [] };
  const lost: PlannedNode = { ...node, node: 'n10', timeZone: null, edges: [] };
  expect(`\n${planTable([returned, node, always, lost])}`).toBe(`
BINDING   NODE   POLICY   AT                          LENDING   BECAUSE             DEADLINE                    PODS
east      n0     nights   2026-03-27T18:00:00+01:00   Open      return              <none>                      <none>
east      n1     nights   2026-03-27T18:00:00+01:00   Open      window              <none>                      <none>
east      n1     nights   2026-03-28T08:00:00+01:00   Closed    Black Friday        2026-03-28T08:10:00+01:00   a/1,a/2,a/3 and 2 more
east      n2     nights   <none>                      Open      no edge ahead       <none>                      <none>
east      n10    nights   <none>                      Closed    unknown time zone   <none>                      <none>
`);
});

it.each([
  ['a reason that would break the table', 'two\nlines\u001b[31m', 'two lines [31m'],
  ['a long reason', 'x'.repeat(60), `${'x'.repeat(39)}…`],
])('shows %s on one line', (_, exception, shown) => {
  const [, row = ''] = planTable([{ ...node, edges: [{ ...opening, exception }] }]).split('\n');
  expect(row.split(/ {3,}/)[5]).toBe(shown);
});
