/** Bounds of a server; each has a default. */
export interface ServerLimits {
  /** Longest request message in bytes; a longer one is RESOURCE_EXHAUSTED. Default: 64 MiB. */
  readonly maxReceiveBytes: number;
  /** Most calls at a time on one connection; more wait at the client. Default: 1024. */
  readonly maxConcurrentStreams: number;
  /** A quiet connection is pinged after this time. Default: 20 s. */
  readonly keepaliveMs: number;
  /** A ping without an answer for this time ends the connection, and all its calls. Default: 10 s. */
  readonly keepaliveTimeoutMs: number;
  /** A call whose answers are not read for this time is aborted. Default: 30 s. */
  readonly unreadStreamMs: number;
  /** Longest time a call may take, also where the caller gives no deadline or a later one. Default: 10 min. */
  readonly maxDeadlineMs: number;
  /** The same for single RPCs: `{ 'janus.v1.JanusService/GetModel': 5_000 }`. */
  readonly maxDeadlineMsByMethod: Readonly<Record<string, number>>;
}

export const defaultServerLimits: ServerLimits = {
  maxReceiveBytes: 64 * 1024 * 1024,
  maxConcurrentStreams: 1024,
  keepaliveMs: 20_000,
  keepaliveTimeoutMs: 10_000,
  unreadStreamMs: 30_000,
  maxDeadlineMs: 600_000,
  maxDeadlineMsByMethod: {}
};
