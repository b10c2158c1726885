import { mirroredNamespaces } from '../../domain/services';
import { releaseServices } from '../services/release-services';
import { ServiceMirror } from '../services/service-mirror';
import type { WatchContext, WatchPart } from './context';

/** Mirrors the Services of the namespaces that the binding names; a binding that names none costs no list. */
export class ServiceWatch implements WatchPart {
  private mirror: ServiceMirror | null = null;
  private namespaces: string | null = null;
  private end: (() => void) | undefined;

  constructor(private readonly context: WatchContext) {}

  start(): void {
    const { fleet, ref } = this.context;
    this.end = fleet.virtual.bindings.subscribe(({ key }) => {
      if (key === ref.name) this.follow();
    });
    this.follow();
  }

  stop(): void {
    this.end?.();
    void this.mirror?.stop();
  }

  private follow(): void {
    const { fleet, physical, ref, onError } = this.context;
    const binding = this.context.binding();
    if (binding === undefined) return;
    const namespaces = mirroredNamespaces(binding.spec);
    if (namespaces.join() === this.namespaces) return;
    this.namespaces = namespaces.join();
    void this.mirror?.stop();
    this.mirror = namespaces.length === 0 ? null : new ServiceMirror(this.context, namespaces);
    this.mirror?.start();
    if (this.mirror !== null) return;
    // What was mirrored before the last namespace was taken off the list.
    const exists = (name: string) => fleet.virtual.bindings.store.get(name) !== undefined;
    releaseServices({ client: physical.client, virtualCluster: fleet.virtual.uid, binding: ref.name, exists }).catch((error: unknown) => {
      this.namespaces = null;
      onError(error, 'services');
    });
  }
}
