/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Kubeconfig of the virtual cluster; absent or empty: the pod's own ServiceAccount, or kubectl's rules. */
export const KUBECONFIG_VARIABLE = 'KUBEOCEAN_KUBECONFIG';

/** A setting of the process cannot be used; the message names the variable. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

/** What a number may be. */
export interface Bounds {
  /** Counts where the variable is absent or empty. */
  readonly fallback: number;
  /** Default 0. */
  readonly least?: number;
  /** Default none. */
  readonly most?: number;
}

/** A whole number in decimal digits. @throws SettingError for anything else */
export function numberFrom(env: Environment, name: string, { fallback, least = 0, most = Number.MAX_SAFE_INTEGER }: Bounds): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new SettingError(`${name} must be a whole number ${most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`}`);
}

/** A port; 0 means what the variable says that it means. @param fallback default 0 @throws SettingError */
export function portFrom(env: Environment, name: string, fallback = 0): number {
  return numberFrom(env, name, { fallback, most: 65_535 });
}
