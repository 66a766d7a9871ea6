import type { TierInfo } from '@janus-mesh/contracts';
import type { PictureLimits } from '@janus-mesh/image';
import type { CodecConfig } from '@janus-mesh/models';
import type { TierCounts, Turns, WorkQueue } from '@janus-mesh/service';
import type { Vq } from './vq.ts';

/** What the routes work with. */
export interface ImageCodec {
  readonly info: TierInfo;
  readonly codec: CodecConfig;
  readonly limits: PictureLimits;
  readonly vq: Vq;
  /** Requests that want a run of a network: one runs at a time. Previews need no place in it. */
  readonly queue: WorkQueue;
  /** Pictures are read one at a time too, beside the network: a large one takes hundreds of megabytes. */
  readonly preparing: Turns;
  readonly counts: TierCounts;
}
