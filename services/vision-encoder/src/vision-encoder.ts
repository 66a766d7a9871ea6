import type { TierInfo } from '@janus-mesh/contracts';
import type { VisionConfig } from '@janus-mesh/models';
import type { TierCounts, WorkQueue } from '@janus-mesh/service';
import type { PictureFeatures } from './picture-features.ts';

/** What the routes work with. */
export interface VisionEncoder {
  readonly info: TierInfo;
  readonly vision: VisionConfig;
  /** Longest file of a picture. */
  readonly maxPictureBytes: number;
  readonly features: PictureFeatures;
  /** Requests, from their start until their features are on their way. */
  readonly queue: WorkQueue;
  readonly counts: TierCounts;
}
