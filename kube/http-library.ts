import {
  ResponseContext,
  wrapHttpLibrary,
  type HttpLibrary,
  type RequestContext,
} from '@kubernetes/client-node/dist/gen/http/http.js';
import type { Dispatcher } from 'undici';
import type { Transport } from './transport';

/** Whole request of a generated API, which has no time limit of its own. */
const TIMEOUT_MS = 30_000;

/**
 * The `httpApi` of client-node's generated APIs over our kept connections; as shipped they open one per request.
 * Address and credential are the transport's, so the configuration needs no `authMethods`.
 * Not part of `kube/index`: the generated models cost 65 MB and drop fields that they do not know.
 */
export function httpLibraryOver(transport: Transport): HttpLibrary {
  return wrapHttpLibrary({
    async send(request: RequestContext): Promise<ResponseContext> {
      const url = new URL(request.getUrl());
      const body = request.getBody();
      if (body !== undefined && typeof body !== 'string') throw new Error('only text bodies are supported');
      const answer = await transport.request({
        method: request.getHttpMethod() as Dispatcher.HttpMethod,
        path: transport.pathBelow(url),
        headers: request.getHeaders(),
        body,
        signal: request.getSignal(),
        timeoutMs: TIMEOUT_MS,
      });
      const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
      const text = { text: async () => answer.body, binary: async () => Buffer.from(answer.body) };
      return new ResponseContext(answer.status, headers, text);
    },
  });
}
