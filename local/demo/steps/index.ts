import type { WalkStep } from '../walk';
import { bind } from './bind';
import { closeWindow } from './close-window';
import { cutCluster } from './cut-cluster';
import { deletePod } from './delete-pod';
import { deploy } from './deploy';
import { install } from './install';
import { killWorker } from './kill-worker';
import { stopTemporal } from './stop-temporal';
import { tree } from './tree';
import { unbind } from './unbind';

/** The walk through the guide, in the order in which each step finds what it needs. */
export const steps: readonly WalkStep[] = [
  install,
  bind,
  deploy,
  deletePod,
  closeWindow,
  killWorker,
  stopTemporal,
  cutCluster,
  tree,
  unbind,
];
