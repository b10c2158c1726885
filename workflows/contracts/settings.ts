/** Times and thresholds of the workflows, handed from parent to child. Milliseconds unless said otherwise. */
export interface Settings {
  /** How often a parent makes sure that its children exist. Give or take a tenth. @default 300_000 */
  readonly tickMillis: number;
  /** History length from which a run continues as new at the next quiet moment. @default 1_000 */
  readonly continueAfterEvents: number;
  /** How long no message may have arrived for a moment to count as quiet. @default 5_000 */
  readonly quietMillis: number;
  /** Children started at once by one parent. @default 50 */
  readonly childBatch: number;
}

/** What counts unless the worker that starts `manager` says otherwise. */
export const DEFAULT_SETTINGS: Settings = {
  tickMillis: 300_000,
  continueAfterEvents: 1_000,
  quietMillis: 5_000,
  childBatch: 50,
};

/** How long a worker may take for one workflow task; the tasks of one that died are given to another after this time. */
export const WORKFLOW_TASK_TIMEOUT = '5 seconds';
