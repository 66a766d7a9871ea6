import { type PictureLimits, type Preprocess, preparePicture } from '@janus-mesh/image';
import { featuresHash } from '@janus-mesh/models';
import { abortable, type Place, Turns } from '@janus-mesh/service';
import { Batches } from './batches.ts';
import { FeatureCache } from './feature-cache.ts';
import { SharedWork } from './shared-work.ts';
import type { Siglip } from './siglip.ts';

/** What decides the features of a picture, and how they are got. */
export interface FeatureSettings {
  readonly revision: string;
  readonly preprocess: Preprocess;
  readonly limits: PictureLimits;
  /** Pictures that run together, at most. */
  readonly maxBatch: number;
  readonly cacheBytes: number;
}

/** From a picture's file to its features: kept by content, and made once for all requests that send the same picture. */
export class PictureFeatures {
  readonly cache: FeatureCache;
  readonly batches: Batches;
  readonly #settings: FeatureSettings;
  readonly #shared = new SharedWork<Float32Array>();
  /** Pictures are read one at a time, beside the network: a large one takes hundreds of megabytes. */
  readonly #preparing = new Turns();

  constructor(encoder: Pick<Siglip, 'encode'>, settings: FeatureSettings) {
    this.cache = new FeatureCache(settings.cacheBytes);
    this.batches = new Batches(encoder, settings.maxBatch);
    this.#settings = settings;
  }

  /**
   * The features of a picture.
   *
   * @param place the request's; its work begins with the run that makes the features
   * @returns f32 [rows, hidden size], not to be changed
   * @throws {PictureError} if the file can't be read
   * @throws the reason of the place's signal as soon as it aborts
   */
  async of(file: Uint8Array, { rawOrientation }: { readonly rawOrientation: boolean }, place: Place): Promise<Float32Array> {
    const hash = featuresHash(file, { revision: this.#settings.revision, rawOrientation });
    const kept = this.cache.get(hash);
    if (kept !== undefined) {
      place.begin();
      return kept;
    }
    const share = this.#shared.join(hash.toString('hex'), async (signal, onBegin) => {
      const { preprocess, limits } = this.#settings;
      const { pixels } = await this.#preparing.take(() => preparePicture(file, preprocess, { rawOrientation, limits, signal }), signal);
      const features = await this.batches.encode(pixels, { signal, onBegin });
      this.cache.put(hash, features);
      return features;
    });
    try {
      // A failure may come before the run.
      await abortable(Promise.race([share.begun, share.result]), place.signal);
      return await place.run((signal) => abortable(share.result, signal));
    } finally {
      share.leave();
    }
  }
}
