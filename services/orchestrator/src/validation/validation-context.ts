import type { ModelConfig } from '@janus-mesh/models';
import type { RequestLimits } from '../limits.ts';

/** What a request is checked against. */
export interface ValidationContext {
  readonly model: { readonly name: string; readonly revision: string; readonly config: ModelConfig };
  readonly limits: RequestLimits;
  /** Put before every field path: where the checked message lies in a larger one. Default: none. */
  readonly prefix?: string;
  /** Whether a picture must have bytes. Default: true. */
  readonly readPictures?: boolean;
}
