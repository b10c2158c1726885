import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { KubeClient } from '../../../kube';
import { KubeletRefusal } from '../refusal';
import { bearerToken, callerByCertificate, type Caller } from './caller';
import { ReviewCache } from './review-cache';

const TOKEN_REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews';
/** As long as an API server may go on believing a token that was revoked. */
const VALID_MS = 10_000;
const INVALID_MS = 5_000;
const LONGEST_TOKEN = 16_384;

interface TokenReview {
  readonly status?: {
    readonly authenticated?: boolean;
    readonly user?: { username?: string; uid?: string; groups?: string[]; extra?: Record<string, string[]> };
  };
}

/** Finds out who calls: by client certificate, else by a bearer token that the virtual cluster's API server reviews. */
export class Authenticator {
  private readonly tokens = new ReviewCache<Caller | null>();

  constructor(private readonly client: KubeClient) {}

  /** @throws KubeletRefusal 401; KubeError where the API server cannot be asked */
  async callerOf(request: IncomingMessage): Promise<Caller> {
    const presented = callerByCertificate(request.socket as TLSSocket, Date.now());
    if (presented === 'refused') throw unauthorized();
    if (presented !== 'nobody') return presented;
    const token = bearerToken(request.headers.authorization);
    if (token === null || token.length > LONGEST_TOKEN) throw unauthorized();
    const caller = await this.tokens.get(createHash('sha256').update(token).digest('base64'), () => this.review(token));
    if (caller === null) throw unauthorized();
    return caller;
  }

  private async review(token: string) {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
    const { status } = await this.client.raw<TokenReview>('POST', TOKEN_REVIEWS, { body });
    const { username: name, uid, groups = [], extra } = status?.user ?? {};
    if (status?.authenticated !== true || !name) return { value: null, validMs: INVALID_MS };
    return { value: { name, uid, groups, extra }, validMs: VALID_MS };
  }
}

function unauthorized(): KubeletRefusal {
  return new KubeletRefusal(401, 'Unauthorized');
}
