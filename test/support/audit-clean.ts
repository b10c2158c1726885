import { lookOnce } from '../../activities/audit/look';
import { portsOver } from '../../activities/audit/audit';
import { auditOutcome, pathOf } from '../../domain/audit';
import type { AuditReport } from '../../domain/audit';
import type { Cluster } from '../../local/clusters/cluster';
import { createKubeClient, isKubeError, loadKubeconfig } from '../../kube';
import { eventually } from './eventually';

/** How long what a test has just done may take to settle. */
const SETTLED_WITHIN_MS = 30_000;

/**
 * The last step of every test with a product: both sides agree, as `kubeocean audit` sees it. A settled world costs one look.
 * @param virtual one whose API server runs; one without ClusterBindings has nothing to audit
 */
export async function expectClean(virtual: Cluster): Promise<void> {
  const client = createKubeClient(loadKubeconfig(virtual.kubeconfig), { component: 'test' });
  try {
    await eventually(async () => expect(inWords(await lookOnce(portsOver(client, 'test'), null))).toEqual([]), { within: SETTLED_WITHIN_MS, every: 500 });
  } catch (error) {
    // The product was never installed: the kind is not served.
    if (!isKubeError(error, 'NotFound')) throw error;
  } finally {
    await client.close();
  }
}

function inWords(report: AuditReport): string[] {
  if (auditOutcome(report) === 'Clean') return [];
  const unread = report.bindings.flatMap(({ name, unread: why }) => (why === null ? [] : [`${name} could not be looked at: ${why}`]));
  const findings = report.findings.map(({ kind, binding, object, cause }) => `${kind} of ${binding}: ${object.cluster} ${object.kind} ${pathOf(object)}: ${cause}`);
  return [...unread, ...findings];
}
