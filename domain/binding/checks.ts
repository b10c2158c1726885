import { toRfc3339 } from '../conditions';
import { type CredentialsLife, expiryOf } from './credentials-life';

/** Names of the checks of a preflight, in the order in which they are made and shown. */
export const Check = {
  ClusterIDFree: 'ClusterIDFree',
  Kubeconfig: 'Kubeconfig',
  Credentials: 'Credentials',
  Reachable: 'Reachable',
  TLS: 'TLS',
  WhoAmI: 'WhoAmI',
  SameCluster: 'SameCluster',
  VersionSkew: 'VersionSkew',
  ClockSkew: 'ClockSkew',
  CRDPresent: 'CRDPresent',
  MountNamespaceFree: 'MountNamespaceFree',
  /** One line for each resource follows, such as `Permissions/pods`. */
  Permissions: 'Permissions',
} as const;

/**
 * `Warning`: the cluster can be used, but somebody should act. `Skipped`: a check before it failed, so this one could not be made.
 */
export type CheckStatus = 'Passed' | 'Warning' | 'Failed' | 'Skipped';

/** One named check of a physical cluster before, and while, it is used. */
export interface PreflightCheck {
  readonly name: string;
  readonly status: CheckStatus;
  /**
   * What was found and, unless it passed, what to do. Never content of a kubeconfig or a server's own message. The same while
   * nothing changes: it is written into a status.
   */
  readonly message: string;
}

/** Without these the cluster cannot even be talked to. */
const CONNECTIVITY: readonly string[] = [Check.Kubeconfig, Check.Reachable, Check.TLS, Check.WhoAmI, Check.SameCluster];

/** Whether the cluster cannot be talked to as long as this check fails. */
export function isConnectivity({ name }: PreflightCheck): boolean {
  return CONNECTIVITY.includes(name);
}

/** A check that passed. */
export const passed = (name: string, message: string): PreflightCheck => ({ name, status: 'Passed', message });
/** A check after which the cluster can be used, but somebody should act. */
export const warned = (name: string, message: string): PreflightCheck => ({ name, status: 'Warning', message });
/** A check after which the cluster cannot be used. */
export const failed = (name: string, message: string): PreflightCheck => ({ name, status: 'Failed', message });

/** Lines for the checks that could not be made because `cause` failed. */
export function skipped(names: readonly string[], cause: string): PreflightCheck[] {
  return names.map((name) => ({ name, status: 'Skipped', message: `Not checked, because ${cause} failed.` }));
}

/** The checks that ask the cluster something, in order; all of them need {@link Check.Reachable} and {@link Check.TLS}. */
export const CONTENT_CHECKS: readonly string[] = [
  Check.WhoAmI,
  Check.SameCluster,
  Check.VersionSkew,
  Check.ClockSkew,
  Check.CRDPresent,
  Check.MountNamespaceFree,
  Check.Permissions,
];

/**
 * Whether the credentials lead to the cluster that is bound: in any other nothing would be found, which must not be taken for gone.
 * @param found UID of kube-system; null: it may not be read
 * @param bound the UID under which the binding was accepted; undefined: none yet
 */
export function sameClusterCheck(found: string | null, bound: string | undefined): PreflightCheck {
  const name = Check.SameCluster;
  if (found === null) {
    return warned(name, 'Namespace kube-system may not be read, so a kubeconfig that leads to another cluster would not be noticed: run "kubeocean install --role physical" in the physical cluster.');
  }
  if (bound === undefined || bound === found) return passed(name, `The cluster is ${found}, by the UID of its kube-system.`);
  return failed(
    name,
    `The kubeconfig leads to cluster ${found}, but ${bound} is bound: put credentials of that one into the Secret; to bind another cluster, delete this binding and create one for it.`,
  );
}

/** Oldest minor version of Kubernetes 1.x that can lend. */
const OLDEST_MINOR = 28;
/** What Kubernetes grants between a kubelet and its API server: https://kubernetes.io/releases/version-skew-policy/ */
const MINORS_APART = 3;

/**
 * The physical cluster's version against the oldest that can lend (fails) and against the virtual cluster's (warns: fields that
 * one side does not know are lost on the way).
 * @param virtual `gitVersion` of the virtual cluster; null: not known
 */
export function versionSkewCheck(physical: string, virtual: string | null): PreflightCheck {
  const name = Check.VersionSkew;
  const minor = minorOf(physical);
  if (minor === null) return warned(name, 'The API server does not tell a version of Kubernetes that is understood.');
  if (minor < OLDEST_MINOR) {
    return failed(name, `Kubernetes ${physical} is too old to lend: upgrade the physical cluster to 1.${OLDEST_MINOR} or newer.`);
  }
  const other = virtual === null ? null : minorOf(virtual);
  if (other === null || Math.abs(minor - other) <= MINORS_APART) return passed(name, `Kubernetes ${physical} fits.`);
  return warned(
    name,
    `Kubernetes ${physical} is more than ${MINORS_APART} minor versions away from ${virtual} of the virtual cluster: upgrade the older one.`,
  );
}

function minorOf(version: string): number | null {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return null;
  return Number(major) === 1 ? Number(minor) : null;
}

/** Clocks further apart than this make edges visibly late, milliseconds. */
const SKEW_WARNING_MILLIS = 5_000;
/** Clocks further apart than this make a window mean something else on each side, milliseconds. */
const SKEW_FAILURE_MILLIS = 60_000;

/** An answer's `Date` header, and when the question left and the answer came by our own clock (epoch milliseconds). */
export interface ClockReading {
  readonly date: string | undefined;
  readonly sentAt: number;
  readonly receivedAt: number;
}

/** How far the clock of the API server is from ours. The lender reads his windows by the one, we act by the other. */
export function clockSkewCheck(reading: ClockReading): PreflightCheck {
  const name = Check.ClockSkew;
  const skew = clockSkew(reading);
  if (skew === null) return warned(name, 'The answer of the API server does not tell the time: the clocks were not compared.');
  const advice = 'synchronise both clocks (NTP), because windows open and close by ours';
  const apart = Math.abs(skew);
  if (apart > SKEW_FAILURE_MILLIS) return failed(name, `The clock of the physical cluster is more than a minute ${side(skew)}: ${advice}.`);
  if (apart > SKEW_WARNING_MILLIS) return warned(name, `The clock of the physical cluster is some seconds ${side(skew)}: ${advice}.`);
  return passed(name, `The clocks agree within ${SKEW_WARNING_MILLIS / 1_000} s.`);
}

const side = (skew: number): string => (skew > 0 ? 'ahead of ours' : 'behind ours');

/**
 * Milliseconds by which the other clock is at least ahead (positive) or behind (negative): what the time under way and the
 * header's whole seconds cannot explain. Null without a readable date.
 */
export function clockSkew({ date, sentAt, receivedAt }: ClockReading): number | null {
  const second = Date.parse(date ?? '');
  if (Number.isNaN(second)) return null;
  if (second > receivedAt) return second - receivedAt;
  const latest = second + 1_000;
  return latest < sentAt ? latest - sentAt : 0;
}

/** Whether the credentials expire soon, or have. `source`: what to renew, for example `Secret ns/name`. */
export function credentialsCheck(life: CredentialsLife | null, source: string, now: number): PreflightCheck {
  const name = Check.Credentials;
  if (life === null) return passed(name, 'They do not expire.');
  const at = toRfc3339(life.expiresAt);
  const advice = `make a new kubeconfig with "kubeocean kubeconfig" and put it into ${source}`;
  const expiry = expiryOf(life, now);
  if (expiry === 'expired') return failed(name, `The ${life.kind} expired at ${at}: ${advice}.`);
  if (expiry === 'expiring') return warned(name, `The ${life.kind} expires at ${at}: ${advice} before then.`);
  return passed(name, `The ${life.kind} is valid until ${at}.`);
}
