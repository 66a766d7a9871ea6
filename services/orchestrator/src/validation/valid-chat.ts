import type { ValidSampling } from './check-sampling.ts';

/** A chat request that may run: every field is checked, every default but the seed's and the token limit's is filled in. */
export interface ValidChat {
  readonly messages: readonly ValidMessage[];
  /** Undefined: the one the model was trained with. Empty: none. */
  readonly systemPrompt: string | undefined;
  /** Undefined: the server's default, once the prompt's length is known. */
  readonly maxTokens: number | undefined;
  readonly sampling: ValidSampling;
  readonly stop: readonly string[];
  readonly rawOrientation: boolean;
  readonly verbatimParts: boolean;
  readonly literalSpecials: boolean;
  /** Undefined: shared with all that have none. */
  readonly cacheSalt: string | undefined;
}

/** One turn: at least one part, and something to read in it. */
export interface ValidMessage {
  readonly role: 'user' | 'assistant';
  readonly parts: readonly ValidPart[];
}

export type ValidPart = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'picture'; readonly picture: RequestPicture };

/** A picture of a request. */
export interface RequestPicture {
  /** Where it lies in the request, for error details. */
  readonly field: string;
  /** The file's bytes. */
  readonly data: Uint8Array;
}
