import type { CertificateSigningRequest } from 'kubernetes-types/certificates/v1';
import { CertificateSigningRequests, isKubeError, KubeErrorCode, type KubeClient } from '../../../kube';
import { pause } from '../../../kube/backoff';
import { CertificateFault, renewalAt, servingCertificate, type CertificateSource, type ServingCertificate } from './certificate';
import { signingRequest } from './signing-request';

/** For which names a certificate is asked for, and who is told. */
export interface RequestedCertificateOptions {
  /** Addresses and DNS names under which the gateway is called; at least one. */
  readonly names: readonly string[];
  readonly onCertificate: (certificate: ServingCertificate) => void;
  readonly onError: (error: unknown) => void;
  /** When to ask for the next one, epoch milliseconds. Default {@link renewalAt}. */
  readonly renewAt?: (certificate: ServingCertificate) => number;
}

const SIGNER = 'kubernetes.io/kubelet-serving';
const APPROVAL_REASON = 'KubeoceanGatewayAutoApproval';
const FIRST_LOOK_MS = 200;
const LONGEST_LOOK_MS = 5_000;
/** A request that nobody signs is given up: its key may not lie about for ever. */
const PATIENCE_MS = 15 * 60_000;
const RETRY_MS = { first: 1_000, max: 60_000 };
/** Longer than timers can be told at once. */
const LONGEST_TIMER_MS = 24 * 3_600_000;

/**
 * A serving certificate from the cluster's own signer for kubelets. Its key never leaves this process: each gateway has its own.
 * Approves its own requests where it may; else somebody else has to.
 */
export function requestedCertificate(client: KubeClient, options: RequestedCertificateOptions): CertificateSource {
  const stopping = new AbortController();
  const running = keepCertified(client, options, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function keepCertified(client: KubeClient, options: RequestedCertificateOptions, signal: AbortSignal): Promise<void> {
  const { onCertificate, onError, renewAt = renewalAt } = options;
  let wait = RETRY_MS.first;
  while (!signal.aborted) {
    try {
      const certificate = await certify(client, options, signal);
      wait = RETRY_MS.first;
      onCertificate(certificate);
      // Whatever the clocks say, requests do not come in a flood.
      await pauseUntil(Math.max(renewAt(certificate), Date.now() + RETRY_MS.first), signal);
    } catch (error) {
      if (signal.aborted) return;
      onError(error);
      await pause(wait, signal);
      wait = Math.min(wait * 2, RETRY_MS.max);
    }
  }
}

async function certify(client: KubeClient, options: RequestedCertificateOptions, signal: AbortSignal): Promise<ServingCertificate> {
  const { request, key } = await signingRequest(options.names);
  const created = await client.create<CertificateSigningRequest>(CertificateSigningRequests, {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { generateName: 'kubeocean-gateway-' },
    spec: {
      signerName: SIGNER,
      request: Buffer.from(request).toString('base64'),
      usages: ['digital signature', 'server auth'],
    },
  } as CertificateSigningRequest);
  await approve(client, created, options.onError);
  return servingCertificate(await issued(client, created, signal), key, Date.now());
}

/** Without the right to, it is left to an administrator: `kubectl certificate approve`. */
async function approve(client: KubeClient, request: CertificateSigningRequest, onError: (error: unknown) => void): Promise<void> {
  const conditions = [
    { type: 'Approved', status: 'True', reason: APPROVAL_REASON, message: 'Serving certificate of the gateway of virtual nodes.' },
  ];
  try {
    await client.replace(CertificateSigningRequests, { ...request, status: { conditions } }, { subresource: 'approval' });
  } catch (error) {
    if (!isKubeError(error, KubeErrorCode.Unauthorized)) throw error;
    onError(error);
  }
}

/** @throws CertificateFault when it was denied, or nobody signed it in time; KubeError */
async function issued(client: KubeClient, { metadata }: CertificateSigningRequest, signal: AbortSignal): Promise<string> {
  const name = metadata?.name ?? '';
  const deadline = Date.now() + PATIENCE_MS;
  for (let wait = FIRST_LOOK_MS; Date.now() < deadline; wait = Math.min(wait * 2, LONGEST_LOOK_MS)) {
    await pause(wait, signal);
    signal.throwIfAborted();
    const { conditions = [], certificate } = (await client.get(CertificateSigningRequests, { name }))?.status ?? {};
    if (certificate) return Buffer.from(certificate, 'base64').toString('utf8');
    const refused = conditions.find(({ type }) => type === 'Denied' || type === 'Failed');
    if (refused !== undefined) throw new CertificateFault(`CertificateSigningRequest ${name} was answered with ${refused.type}`);
  }
  throw new CertificateFault(`CertificateSigningRequest ${name} was not signed in time`);
}

async function pauseUntil(instant: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && Date.now() < instant) await pause(Math.min(instant - Date.now(), LONGEST_TIMER_MS), signal);
}
