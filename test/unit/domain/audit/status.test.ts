import type { AuditStatus } from '../../../../api/names/types';
import { auditStatus, auditStrays, reportOf, summaryOf, type Finding } from '../../../../domain/audit';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const EARLIER = '2025-12-31T00:00:00Z';
const [stray, other] = auditStrays({ bindings: [], nodes: [], csiNodes: [], nodeLeases: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }], originals: [] }) as [Finding, Finding];
const found: Finding = { ...stray, binding: 'east' };
const read = [{ name: 'east', unread: null }];
const unread = [{ name: 'east', unread: 'ApiUnavailable' }];
const CLEAN: AuditStatus = { outcome: 'Clean', findings: 0, message: 'Both sides agree.', since: EARLIER };
const SENTENCE = '1 finding: Orphan Lease a (virtual cluster): there is no Node of its name.';

it.each<[string, AuditStatus | undefined, Parameters<typeof auditStatus>[1], AuditStatus | null]>([
  ['the first answer', undefined, { bindings: read, findings: [] }, { ...CLEAN, since: '2026-01-01T00:00:00Z' }],
  ['the same answer is not written', CLEAN, { bindings: read, findings: [] }, null],
  ['findings', CLEAN, { bindings: read, findings: [found] }, { outcome: 'Findings', findings: 1, message: SENTENCE, since: '2026-01-01T00:00:00Z' }],
  ['other findings, since the first', { outcome: 'Findings', findings: 2, message: 'x', since: EARLIER }, { bindings: read, findings: [found] }, { outcome: 'Findings', findings: 1, message: SENTENCE, since: EARLIER }],
  ['unknown', CLEAN, { bindings: unread, findings: [] }, { outcome: 'Unknown', findings: 0, message: 'Could not look: ApiUnavailable', since: '2026-01-01T00:00:00Z' }],
])('%s', (_name, previous, report, expected) => {
  expect(auditStatus(previous, report, NOW)).toEqual(expected);
});

it('names the first of several findings', () => {
  expect(summaryOf([stray, other])).toMatch(/^2 findings, the first: Orphan Lease a /);
  expect(summaryOf([])).toBe('Nothing was found.');
});

it('tells what is about one binding', () => {
  const bindings = [...read, { name: 'west', unread: null }];
  expect(reportOf({ at: '', bindings, findings: [found, other], waiting: [] }, 'east')).toEqual({ bindings: read, findings: [found] });
});
