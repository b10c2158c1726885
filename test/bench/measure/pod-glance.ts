import type { Pod } from 'kubernetes-types/core/v1';
import { Annotation } from '../../../api/names/keys';
import type { WatchEvent } from './watch-stream';

const HEAD = /^\{"type":"([A-Z]+)",.*?"metadata":\{"name":"([^"]+)"/;
const UID = /"uid":"([^"]+)"/;
const VERSION = /"resourceVersion":"(\d+)"/;
const VIRTUAL_NAME = new RegExp(`"${Annotation.VirtualPodName}":"([^"]+)"`);
const PHASE = /"status":\{.*?"phase":"([A-Za-z]+)"/;

/**
 * The little that the bench wants of a pod's event, found without reading the rest: the bench shares the cores with what it measures.
 * API servers write the fields of metadata in a fixed order, name and UID before anything that could look like them.
 * @returns null for a line that looks otherwise
 */
export function podGlance(line: string): WatchEvent<Pod> | null {
  const head = HEAD.exec(line);
  const uid = UID.exec(line)?.[1];
  const resourceVersion = VERSION.exec(line)?.[1];
  if (head === null || head[1] === 'ERROR' || uid === undefined || resourceVersion === undefined) return null;
  const virtualName = VIRTUAL_NAME.exec(line)?.[1];
  const annotations = virtualName === undefined ? undefined : { [Annotation.VirtualPodName]: virtualName };
  const type = head[1] as WatchEvent<Pod>['type'];
  return { type, object: { metadata: { name: head[2], uid, resourceVersion, annotations }, status: { phase: PHASE.exec(line)?.[1] } } };
}
