/** The only door to clusters: clients, list/watch, owned writes, events. */
export { ClusterAccess, type AccessParts, type TlsParts, type TokenSource } from './access';
export type {
  KubeClient,
  ListOptions,
  ObjectList,
  Patch,
  PatchOptions,
  RawOptions,
  RemoveOptions,
  RemoveResult,
  RequestOptions,
  Selection,
  SubresourceOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './client';
export { ensureOwned, isOwned, type Ensured } from './ensure-owned';
export { isKubeError, KubeError, KubeErrorCode, type KubeErrorFacts } from './errors';
export { putEvent } from './put-event';
export { recordEvent, type EventFacts } from './event-recorder';
export { createKubeClient } from './http-client';
export { startInformer, type Change, type Informer, type InformerOptions } from './informer';
export { parseKubeconfig } from './kubeconfig';
export { KubeconfigError } from './kubeconfig-document';
export { LineSplitter } from './line-splitter';
export { loadKubeconfig } from './load-kubeconfig';
export { isTlsFault } from './network-faults';
export type { ClientOptions, RequestObservation } from './requester';
export * from './resource';
export { IndexedStore, type IndexFunction, type Store } from './store';
