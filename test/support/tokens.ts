import { sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TokenRequest } from 'kubernetes-types/authentication/v1';
import type { Cluster } from '../../local/clusters/cluster';
import type { Stack } from '../../local/stack';

/** Who a token is for. */
interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** A token of a ServiceAccount as its cluster would sign it, with a life of our choice (epoch milliseconds). */
export async function signToken(
  { dir }: Stack,
  cluster: Cluster,
  { account, issuedAt, expiresAt }: { readonly account: Account; readonly issuedAt: number; readonly expiresAt: number },
): Promise<string> {
  const path = `/api/v1/namespaces/${account.namespace}/serviceaccounts/${account.name}/token`;
  const { status } = await cluster.api.create<TokenRequest>(path, { spec: { audiences: [] } });
  const [header = '', payload = ''] = status?.token.split('.') ?? [];
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const [iat, exp] = [issuedAt, expiresAt].map((millis) => Math.floor(millis / 1_000));
  const signed = `${header}.${Buffer.from(JSON.stringify({ ...claims, iat, nbf: iat, exp })).toString('base64url')}`;
  const key = await readFile(join(dir, cluster.name, 'pki', 'sa.key'));
  // ES256 wants the two numbers side by side (RFC 7518, 3.4).
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** The claims of a token, unverified. */
export function claimsOf(token: string): { readonly exp?: number; readonly iat?: number } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp?: number; iat?: number };
}
