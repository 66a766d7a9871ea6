import { featuresHash } from '@janus-mesh/models';
import type { RequestPicture } from '../validation/valid-chat.ts';
import type { PromptPicture } from './prompt-picture.ts';

/** The pictures of a request. */
export interface PromptPictures {
  /** Each different one once. */
  readonly pictures: readonly PromptPicture[];
  /** As they come in the prompt. */
  readonly inOrder: readonly PromptPicture[];
}

/** Names the pictures of a request by content, so that one sent twice is encoded once. */
export function promptPictures(
  requested: readonly RequestPicture[],
  options: { readonly revision: string; readonly rawOrientation: boolean }
): PromptPictures {
  const byHash = new Map<string, PromptPicture & { readonly fields: string[] }>();
  const inOrder = requested.map(({ field, data }) => {
    const hash = featuresHash(data, options);
    const key = hash.toString('hex');
    const known = byHash.get(key);
    known?.fields.push(field);
    const picture = known ?? { hash, data, fields: [field] };
    byHash.set(key, picture);
    return picture;
  });
  return { pictures: [...byHash.values()], inOrder };
}
