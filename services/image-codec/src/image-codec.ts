import type { TierInfo } from '@janus-mesh/contracts';
import type { PictureLimits } from '@janus-mesh/image';
import type { CodecConfig } from '@janus-mesh/models';
import type { TierCounts, Turns, WorkQueue } from '@janus-mesh/service';
import type { NetworkTurns } from './network-turns.ts';
import type { Encoded } from './vq.ts';

/** The networks of the codec; Vq is one. Neither may be asked for a second picture before it has settled. */
export interface CodecNetworks {
  /** u8 [codebook, 3] */
  readonly palette: Uint8Array;
  /** @param codes i64 [grid * grid] @returns f32 [3, image size, image size] in [-1, 1] */
  decode(codes: BigInt64Array, signal?: AbortSignal): Promise<Float32Array>;
  /** @param picture f32 [3, image size, image size] in [-1, 1] */
  encode(picture: Float32Array, signal?: AbortSignal): Promise<Encoded>;
}

/** What the routes work with. */
export interface ImageCodec {
  readonly info: TierInfo;
  readonly codec: CodecConfig;
  readonly limits: PictureLimits;
  readonly vq: CodecNetworks;
  /** Requests that want a run of a network, until their answer is on its way. Previews need no place in it. */
  readonly queue: WorkQueue;
  /** Networks run one picture at a time. */
  readonly runs: NetworkTurns;
  /** Pictures are read one at a time too, beside the networks: a large one takes hundreds of megabytes. */
  readonly preparing: Turns;
  readonly counts: TierCounts;
}
