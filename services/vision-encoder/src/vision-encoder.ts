import type { TierInfo } from '@janus-mesh/contracts';
import type { PictureLimits, Preprocess } from '@janus-mesh/image';
import type { VisionConfig } from '@janus-mesh/models';
import type { TierCounts, Turns, WorkQueue } from '@janus-mesh/service';
import type { Siglip } from './siglip.ts';

/** What the routes work with. */
export interface VisionEncoder {
  readonly info: TierInfo;
  readonly vision: VisionConfig;
  readonly preprocess: Preprocess;
  readonly limits: PictureLimits;
  readonly siglip: Siglip;
  /** Requests, from their start until their features are made. */
  readonly queue: WorkQueue;
  /** Pictures are decoded one at a time too, beside the network: a large one takes hundreds of megabytes. */
  readonly preparing: Turns;
  readonly counts: TierCounts;
}
