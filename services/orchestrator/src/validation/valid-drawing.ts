import type { ImageFormat } from '@janus-mesh/contracts';
import type { ValidSampling } from './check-sampling.ts';

/** A drawing request that may run: every field is checked, every default but the seed's is filled in. */
export interface ValidDrawing {
  /** Not blank. */
  readonly prompt: string;
  /** Not blank. Undefined: the unconditional prompt of the original code. */
  readonly negativePrompt: string | undefined;
  readonly samples: number;
  readonly guidanceWeight: number;
  readonly sampling: ValidSampling;
  /** Rows between previews; 0: none. */
  readonly previewRows: number;
  readonly format: typeof ImageFormat.IMAGE_FORMAT_PNG | typeof ImageFormat.IMAGE_FORMAT_WEBP;
  readonly literalSpecials: boolean;
  /** Undefined: shared with all that have none. */
  readonly cacheSalt: string | undefined;
}
