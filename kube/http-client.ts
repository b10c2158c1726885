import type { ClusterAccess } from './access';
import type {
  KubeClient,
  ListOptions,
  ObjectList,
  Patch,
  PatchOptions,
  RawOptions,
  RemoveOptions,
  RemoveResult,
  RequestOptions,
  SubresourceOptions,
  WatchOptions,
  WriteOptions,
} from './client';
import { isKubeError, KubeError, KubeErrorCode } from './errors';
import { guardedPatch, patchContentType } from './patch';
import { apiVersionOf, keyOf, pathOf, type KubeObject, type ObjectKey, type ResourceType } from './resource';
import { JSON_TYPE, METADATA_LIST, METADATA_ONLY, parseJson, Requester, type ClientOptions, type Parameter } from './requester';
import { isObjectMissing, toKubeError, type Subject } from './status';
import type { TransportAnswer } from './transport';

/** A client with its own keep-alive connections. One per cluster and credential; close it when either changes. */
export function createKubeClient(access: ClusterAccess, options: ClientOptions = {}): KubeClient {
  return new HttpKubeClient(access, options);
}

const DEFAULT_PAGE_SIZE = 500;

class HttpKubeClient implements KubeClient {
  readonly server: string;
  private readonly requester: Requester;

  constructor(access: ClusterAccess, options: ClientOptions) {
    this.server = access.server;
    this.requester = new Requester(access, options);
  }

  async get<T extends KubeObject>(type: ResourceType<T>, key: ObjectKey, options?: RequestOptions): Promise<T | null> {
    const subject = { verb: 'get', kind: type.kind, key: keyOf(key) };
    const answer = await this.requester.send({ subject, method: 'GET', path: pathOf(type, key), options });
    return isObjectMissing(answer) ? null : parsed<T>(subject, answer);
  }

  async list<T extends KubeObject>(type: ResourceType<T>, options: ListOptions = {}): Promise<ObjectList<T>> {
    try {
      return await this.listPages(type, options, options.pageSize ?? DEFAULT_PAGE_SIZE);
    } catch (error) {
      // The snapshot that the pages are cut from was compacted meanwhile: one page cannot lose its place.
      if (!isKubeError(error, KubeErrorCode.Gone)) throw error;
      return this.listPages(type, options, 0);
    }
  }

  async watch<T extends KubeObject>(type: ResourceType<T>, options: WatchOptions<T>): Promise<void> {
    const subject = { verb: 'watch', kind: type.kind };
    const query = {
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: options.resourceVersion,
      timeoutSeconds: options.timeoutSeconds,
      labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector,
    };
    await this.requester.watch<T>({ subject, path: pathOf(type, { namespace: options.namespace }), query, options });
  }

  async create<T extends KubeObject>(type: ResourceType<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const subject = { verb: 'create', kind: type.kind, key: keyOf(object) };
    const path = pathOf(type, { namespace: object.metadata?.namespace });
    const accept = options.metadataOnly ? METADATA_ONLY : JSON_TYPE;
    const answer = await this.requester.send({ subject, method: 'POST', path, query: writeQuery(options), body: object, accept, options });
    return parsed(subject, answer);
  }

  async createSubresource<R>(
    type: ResourceType<KubeObject>,
    key: ObjectKey,
    subresource: { readonly name: string; readonly body: object },
    options: WriteOptions = {},
  ): Promise<R> {
    const subject = { verb: 'create', kind: `${type.kind}/${subresource.name}`, key: keyOf(key) };
    const path = pathOf(type, key, subresource.name);
    const { body } = subresource;
    const answer = await this.requester.send({ subject, method: 'POST', path, query: writeQuery(options), body, options });
    return parsed(subject, answer);
  }

  async replace<T extends KubeObject>(type: ResourceType<T>, object: T, options: SubresourceOptions = {}): Promise<T> {
    const { namespace, name = '' } = object.metadata ?? {};
    const subject = { verb: 'replace', kind: withSubresource(type, options), key: keyOf(object) };
    const path = pathOf(type, { namespace, name }, options.subresource);
    const answer = await this.requester.send({ subject, method: 'PUT', path, query: writeQuery(options), body: object, options });
    return parsed(subject, answer);
  }

  async patch<T extends KubeObject>(
    type: ResourceType<T>,
    key: ObjectKey,
    patch: Patch,
    options: PatchOptions = {},
  ): Promise<T> {
    const subject = { verb: 'patch', kind: withSubresource(type, options), key: keyOf(key) };
    const answer = await this.requester.send({
      subject,
      method: 'PATCH',
      path: pathOf(type, key, options.subresource),
      query: { ...writeQuery(options), force: patch.kind === 'apply' ? (options.force ?? false) : undefined },
      body: guardedPatch(patch, options),
      contentType: patchContentType(patch),
      options,
    });
    // The API server calls another UID an invalid object.
    if (answer.status === 422 && options.uid !== undefined) {
      if (toKubeError(subject, answer).fields?.includes('metadata.uid')) throw conflict(subject);
    }
    return parsed(subject, answer);
  }

  async remove(type: ResourceType<KubeObject>, key: ObjectKey, options: RemoveOptions = {}): Promise<RemoveResult> {
    const { uid, resourceVersion, gracePeriodSeconds, propagationPolicy } = options;
    const subject = { verb: 'delete', kind: type.kind, key: keyOf(key) };
    const preconditions = uid === undefined && resourceVersion === undefined ? undefined : { uid, resourceVersion };
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions, gracePeriodSeconds, propagationPolicy };
    const answer = await this.requester.send({ subject, method: 'DELETE', path: pathOf(type, key), body, accept: METADATA_ONLY, options });
    if (isObjectMissing(answer)) return 'absent';
    if (answer.status === 409 && uid !== undefined) return this.whyNotRemoved(type, key, options);
    refuseFailure(subject, answer);
    return 'deleted';
  }

  async raw<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, options: RawOptions = {}): Promise<T> {
    const subject = { verb: method, kind: path.split('?')[0] ?? path };
    const answer = await this.requester.send({ subject, method, path, body: options.body, options });
    const { date } = answer.headers;
    options.onDate?.(Array.isArray(date) ? date[0] : date);
    refuseFailure(subject, answer);
    const isJson = String(answer.headers['content-type']).startsWith(JSON_TYPE);
    return isJson ? parseJson<T>(subject, answer.body) : (answer.body as T);
  }

  close(): Promise<void> {
    return this.requester.close();
  }

  /** Which precondition failed stands in the message only, in words that change from version to version: look instead. */
  private async whyNotRemoved(
    type: ResourceType<KubeObject>,
    key: ObjectKey,
    { uid, signal, timeoutMs }: RemoveOptions,
  ): Promise<RemoveResult> {
    const live = await this.get(type, key, { signal, timeoutMs });
    if (live === null) return 'absent';
    if (live.metadata?.uid !== uid) return 'replaced';
    throw conflict({ verb: 'delete', kind: type.kind, key: keyOf(key) });
  }

  private async listPages<T extends KubeObject>(
    type: ResourceType<T>,
    options: ListOptions,
    limit: number,
  ): Promise<ObjectList<T>> {
    const subject = { verb: 'list', kind: type.kind };
    const { labelSelector, fieldSelector, namespace, metadataOnly } = options;
    const path = pathOf(type, { namespace });
    const accept = metadataOnly ? METADATA_LIST : JSON_TYPE;
    const items: T[] = [];
    let metadata: { resourceVersion: string; continue?: string } | undefined;
    do {
      const query = { labelSelector, fieldSelector, limit: limit || undefined, continue: metadata?.continue };
      const answer = await this.requester.send({ subject, method: 'GET', path, query, accept, options });
      const page = parsed<{ metadata: typeof metadata; items: T[] | null }>(subject, answer);
      for (const item of page.items ?? []) items.push(metadataOnly ? item : typed(type, item));
      metadata = page.metadata;
    } while (metadata?.continue);
    return { items, resourceVersion: metadata?.resourceVersion ?? '' };
  }
}

function conflict(subject: Subject): KubeError {
  return new KubeError({ ...subject, code: KubeErrorCode.Conflict, status: 409, reason: 'Conflict' });
}

function parsed<R>(subject: Subject, answer: TransportAnswer): R {
  refuseFailure(subject, answer);
  return parseJson<R>(subject, answer.body);
}

function refuseFailure(subject: Subject, answer: TransportAnswer): void {
  if (answer.status < 200 || answer.status >= 300) throw toKubeError(subject, answer);
}

/** Lists leave the type out of their items; watches and reads do not. */
function typed<T extends KubeObject>(type: ResourceType<T>, item: T): T {
  return { apiVersion: apiVersionOf(type), kind: type.kind, ...item };
}

function withSubresource(type: ResourceType<KubeObject>, options: SubresourceOptions): string {
  return options.subresource === undefined ? type.kind : `${type.kind}/${options.subresource}`;
}

function writeQuery(options: WriteOptions): Record<string, Parameter> {
  return { dryRun: options.dryRun ? 'All' : undefined, fieldManager: options.fieldManager };
}
