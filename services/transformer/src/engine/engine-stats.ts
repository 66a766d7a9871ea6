/** What an engine counts. */
export interface EngineStats {
  /** Requests of which no group was admitted yet. */
  readonly queued: number;
  /** Requests that were admitted and are not over. */
  readonly running: number;
  /** Rows of text requests that run. */
  readonly textRows: number;
  /** Rows of picture requests that run: two for a guidance pair. */
  readonly codeRows: number;
  /** Groups that run. */
  readonly groups: number;
  readonly kvBytesUsed: number;
  readonly kvBytesBudget: number;
  /** Steps since the start. */
  readonly steps: number;
  /** Tokens run since the start, all rows. */
  readonly stepTokens: number;
}
