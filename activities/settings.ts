/** What activities need to know of the process they run in. */
export interface ActivitySettings {
  /** IANA zone in which time windows are read: the process's own, set by `TZ`. */
  readonly zone: string;
  /** IP address of the gateway as the virtual cluster reaches it; null: vnodes advertise none. */
  readonly gatewayAddress: string | null;
  /** Port of the gateway that stands for all vnodes; null: each vnode has its own. */
  readonly kubeletPort: number | null;
  /** Port of the gateway for `/<vnode>/metrics`; 0: none. Default 9006. */
  readonly prometheusPort: number;
  /** Most leased nodes that an edit may reclaim at once without being confirmed, percent; null: any number. */
  readonly maxReclaimPercent: number | null;
  /** How long a physical API server may be silent before its vnodes are closed to new pods, milliseconds. Default 30 s. */
  readonly unreachableAfterMillis: number;
  /** How long after its deadline a node that is not empty counts as stuck, milliseconds. Default 5 min. */
  readonly reclaimStuckAfterMillis: number;
  /** How long copies of ConfigMaps, Secrets, claims and volumes outlive the last pod that uses them, milliseconds. Default 5 min. */
  readonly copyRetentionMillis: number;
}

/** The zone that `TZ`, or the machine, says; UTC where `TZ` is empty; null where it is no IANA name. */
export function localZone(): string | null {
  return zoneBy(process.env.TZ, Intl.DateTimeFormat().resolvedOptions().timeZone);
}

/**
 * The zone that counts under a value of `TZ`.
 * @param resolved what Node makes of it; what it does not know has no name, or `Etc/Unknown`, and runs on UTC, so that windows
 * would open at the wrong hour in silence
 */
export function zoneBy(variable: string | undefined, resolved: string | undefined): string | null {
  if (variable === '') return 'UTC';
  return resolved === undefined || resolved === 'Etc/Unknown' ? null : resolved;
}
