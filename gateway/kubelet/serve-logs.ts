import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { logQuery, type PodRoute } from '../../domain/kubelet';
import type { FoundPod } from './find-pod';
import { askSubresource } from './physical/subresource';
import { orRefuse } from './refusal';

/** A request for the log of a container, as the caller wrote it: its query is checked here. */
export interface LogsRequest {
  readonly route: Extract<PodRoute, { kind: 'containerLogs' }>;
  readonly query: URLSearchParams;
}

/** Passes on the log of a container as it comes, no faster than the caller takes it. @throws KubeletRefusal before the first byte */
export async function serveLogs(find: () => Promise<FoundPod>, { route, query }: LogsRequest, response: ServerResponse): Promise<void> {
  const options = orRefuse(logQuery(query, route.container));
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const request = { route, query: options, method: 'GET', headers: [['accept', '*/*']], signal: gone.signal } as const;
  const answer = await askSubresource(await find(), request);
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
  // A follower wants to know at once that there is a log, however silent.
  response.flushHeaders();
  // One that goes away, or a log that breaks off, ends both: nothing is left to answer.
  await pipeline(answer.response, response).catch(() => undefined);
}
