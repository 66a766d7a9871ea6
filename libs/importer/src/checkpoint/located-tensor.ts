import type { FileHandle } from 'node:fs/promises';
import type { CanonicalTensor } from '@janus-mesh/models';

/** Float types checkpoints come in. */
export type FloatType = 'f32' | 'f16' | 'bf16';

/** A canonical tensor and the bytes it is made of. */
export interface LocatedTensor extends CanonicalTensor {
  readonly dtype: FloatType;
  readonly file: FileHandle;
  /** Name of the file, for messages. */
  readonly fileName: string;
  /** First byte, from the start of the file. */
  readonly offset: number;
  readonly bytes: number;
}
