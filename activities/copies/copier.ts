import type { PersistentVolume, PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import { Annotation } from '../../api/names/keys';
import { COPY_KINDS, copyNames, holdersOf, releaseOf, sourceKey, sourceVersion, volumeSecrets } from '../../domain/pods';
import type { CopyContext, SourceMeta, SourceRef } from '../../domain/pods';
import { isKubeError, keyOf } from '../../kube';
import type { Fleet } from '../fleet/fleet';
import type { PhysicalCluster } from '../fleet/physical-cluster';
import { COPY_TYPES, copyKey } from './kinds';
import { translateSource } from './read-source';
import { writeCopy } from './write-copy';

/** Why a pod that needs the object has to wait; null: its copy is there. */
export type Fault = {
  readonly why: string;
  /** True: nothing can be done until the virtual object changes. False: the physical cluster may think better of it. */
  readonly ours: boolean;
} | null;

/** Whom copies are made for. */
export interface CopierContext extends CopyContext {
  readonly fleet: Fleet;
  readonly physical: PhysicalCluster;
}

/**
 * Makes and removes the copies of one binding. One at a time for each object, whoever asks: pods that share a ConfigMap and
 * start together have it copied once. What the lists, or our own last write, show to be current costs no request.
 */
export class Copier {
  /** By source: what is being done about its copy. */
  private readonly flights = new Map<string, Promise<Fault>>();
  /** By copy: the version it was just written from, until the list says something about it. */
  private readonly written = new Map<string, string>();
  /** UIDs of copies that were removed and that the list still shows. */
  private readonly removed = new Set<string>();

  constructor(readonly context: CopierContext) {
    for (const kind of COPY_KINDS) {
      context.physical.copies[kind].subscribe(({ key, old }) => {
        this.written.delete(`${kind} ${key}`);
        if (old !== null) this.removed.delete(old.metadata?.uid ?? '');
      });
    }
  }

  /**
   * Makes sure of the copy of an object and of all that it needs itself: a claim its volume, a volume its Secrets, in that order.
   * @throws KubeError, except where the object itself is the reason to wait
   */
  async ensure(ref: SourceRef): Promise<Fault> {
    for (const needed of this.neededBy(ref)) {
      const fault = await this.ensureOne(needed);
      if (fault !== null) return { ...fault, why: `its ${needed.kind} ${needed.name}: ${fault.why}` };
    }
    return this.ensureOne(ref);
  }

  /**
   * Lets go of a copy that no pod of this binding needs: removes it, or leaves it to other bindings.
   * @returns false when it is just being written: try again
   * @throws KubeError `Conflict` when somebody changed it meanwhile, and others
   */
  async release(ref: SourceRef): Promise<boolean> {
    const { fleet, physical, binding } = this.context;
    const copy = physical.copies[ref.kind].store.get(keyOf(this.keyOf(ref)));
    if (copy === undefined) return true;
    if (this.flights.has(sourceKey(ref))) return false;
    const { client } = physical;
    const { uid, resourceVersion } = copy.metadata ?? {};
    const type = COPY_TYPES[ref.kind];
    const release = releaseOf(copy, binding, (name) => fleet.virtual.bindings.store.get(name) !== undefined);
    await this.fly(ref, async () => {
      this.written.delete(this.copyId(ref));
      if (release === 'delete') {
        await client.remove(type, this.keyOf(ref), { uid, resourceVersion });
        this.removed.add(uid ?? '');
      } else await client.patch(type, this.keyOf(ref), { kind: 'merge', body: release }, { uid, resourceVersion });
      return null;
    });
    return true;
  }

  /** Version of the source that the listed copy holds, empty where somebody else has written to it, and who uses it; null: there is none. */
  listed(ref: SourceRef): { readonly source: string; readonly holders: readonly string[] } | null {
    const copy = this.context.physical.copies[ref.kind].store.get(keyOf(this.keyOf(ref)));
    const { uid = '', deletionTimestamp } = copy?.metadata ?? {};
    if (copy === undefined || deletionTimestamp !== undefined || this.removed.has(uid)) return null;
    return { source: copy.metadata?.annotations?.[Annotation.SourceVersion] ?? '', holders: holdersOf(copy) };
  }

  /** What has to be there before an object itself: for a bound claim its volume, and first the Secrets of that. */
  neededBy({ kind, namespace, name }: SourceRef): SourceRef[] {
    if (kind !== 'PersistentVolumeClaim') return [];
    const { PersistentVolumeClaim: claims, PersistentVolume: volumes } = this.context.fleet.virtual.sources;
    const claim: PersistentVolumeClaim | undefined = claims.store.get(`${namespace}/${name}`);
    if (claim?.status?.phase !== 'Bound' || !claim.spec?.volumeName) return [];
    const volume: PersistentVolume | undefined = volumes.store.get(claim.spec.volumeName);
    const secrets = volume?.spec === undefined ? [] : volumeSecrets(volume.spec);
    return [
      ...secrets.map((secret): SourceRef => ({ kind: 'Secret', ...secret })),
      { kind: 'PersistentVolume', namespace: '', name: claim.spec.volumeName },
    ];
  }

  private async ensureOne(ref: SourceRef): Promise<Fault> {
    const flight = this.flights.get(sourceKey(ref));
    if (flight !== undefined) {
      // What failed, failed for somebody else; perhaps it was a removal.
      const fault = await flight.catch(() => null);
      if (fault !== null) return fault;
    }
    if (this.isCurrent(ref)) return null;
    return this.fly(ref, () => this.make(ref));
  }

  /** Joins, or starts, what is done about one object. */
  private fly(ref: SourceRef, act: () => Promise<Fault>): Promise<Fault> {
    const key = sourceKey(ref);
    const flight = this.flights.get(key) ?? act().finally(() => this.flights.delete(key));
    this.flights.set(key, flight);
    return flight;
  }

  private isCurrent(ref: SourceRef): boolean {
    const source = this.context.fleet.virtual.sources[ref.kind].store.get(this.sourceId(ref));
    if (source === undefined) return false;
    const version = sourceVersion(source.metadata as SourceMeta);
    const copy = this.listed(ref);
    const isListed = copy?.source === version && copy.holders.includes(this.context.binding);
    return isListed || (copy?.source !== '' && this.written.get(this.copyId(ref)) === version);
  }

  private async make(ref: SourceRef): Promise<Fault> {
    const { fleet, physical } = this.context;
    const translated = await translateSource(fleet.virtual, ref, { ...this.context, volumeName: (volume) => this.volumeName(volume) });
    if ('why' in translated) return { why: translated.why, ours: true };
    try {
      const likelyAbsent = physical.copies[ref.kind].store.get(keyOf(this.keyOf(ref))) === undefined;
      await writeCopy({ client: physical.client, type: COPY_TYPES[ref.kind] }, translated.copy, likelyAbsent);
    } catch (error) {
      return refusalOf(error);
    }
    this.written.set(this.copyId(ref), sourceVersion(translated.source.metadata as SourceMeta));
    return null;
  }

  private keyOf(ref: SourceRef) {
    if (ref.kind === 'PersistentVolume') return { name: this.volumeName(ref.name) };
    return copyKey(ref, this.context);
  }

  /** A volume that was copied under an earlier version's name keeps it: its claim is bound to that. */
  private volumeName(volume: string): string {
    const names = copyNames({ kind: 'PersistentVolume', namespace: '', name: volume }, this.context.virtualCluster);
    const { store } = this.context.physical.copies.PersistentVolume;
    return names.find((name) => store.get(name) !== undefined) ?? names[0] ?? '';
  }

  private copyId(ref: SourceRef): string {
    return `${ref.kind} ${keyOf(this.keyOf(ref))}`;
  }

  private sourceId({ namespace, name }: SourceRef): string {
    return keyOf({ namespace, name });
  }
}

/** What a person has to mend, in words for the pod's event. @throws the error when it may pass by itself */
function refusalOf(error: unknown): Fault {
  if (isKubeError(error, 'NotOwned')) return { why: 'its name in the physical cluster belongs to an object that is not ours', ours: false };
  // Not found is the mount namespace.
  if (!(['InvalidSpec', 'Unauthorized', 'NotFound'] as const).some((code) => isKubeError(error, code))) throw error;
  return { why: `refused by the physical cluster: ${(error as Error).message}`, ours: false };
}

const copiers = new WeakMap<PhysicalCluster, Copier>();

/** The copier of an open physical cluster, which belongs to one binding. */
export function copierOf(context: CopierContext): Copier {
  const known = copiers.get(context.physical) ?? new Copier(context);
  copiers.set(context.physical, known);
  return known;
}
