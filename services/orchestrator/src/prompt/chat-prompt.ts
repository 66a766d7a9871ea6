import type { Segment } from '@janus-mesh/contracts';
import type { ServedModel } from '../served-model.ts';
import type { ValidChat } from '../validation/valid-chat.ts';
import { type EncodedChat, encodeChat } from './encode-chat.ts';
import type { PromptPicture } from './prompt-picture.ts';
import { promptPictures } from './prompt-pictures.ts';

/** A conversation as the transformer reads it. */
export interface ChatPrompt extends Omit<EncodedChat, 'segments'> {
  readonly segments: Segment[];
  /** Each different picture once. */
  readonly pictures: readonly PromptPicture[];
}

/** Puts a conversation into ids and pictures. @throws {MeshError} INVALID_ARGUMENT, CONTEXT_EXCEEDED, if it is far too long */
export function buildChatPrompt(chat: ValidChat, model: ServedModel): ChatPrompt {
  const { segments, ...counts } = encodeChat(chat, model);
  const parts = chat.messages.flatMap((message) => message.parts);
  const requested = parts.flatMap((part) => (part.kind === 'picture' ? [part.picture] : []));
  const { pictures, inOrder } = promptPictures(requested, { revision: model.revision, rawOrientation: chat.rawOrientation });
  return {
    segments: segments.map((segment): Segment => {
      if (segment.kind === 'ids') return { content: { $case: 'ids', value: { ids: [...segment.ids] } } };
      const picture = inOrder[segment.index];
      if (picture === undefined)
        throw new RangeError(`the prompt has a place for picture ${segment.index}, the request has ${inOrder.length}`);
      return { content: { $case: 'features', value: { hash: picture.hash, rows: model.config.vision.rows } } };
    }),
    pictures,
    ...counts
  };
}
