/** A part of a message in a receipt: text, or a picture by its path (from the receipt's folder) and its bytes' sha256. */
export type ReceiptPart = { readonly text: string } | { readonly picture: { readonly path: string; readonly sha256: string } };

/** The conversation that was answered, and what else decides its prompt and its end. */
export interface AnswerRequest {
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly parts: readonly ReceiptPart[] }[];
  readonly systemPrompt?: string | undefined;
  readonly stop?: readonly string[] | undefined;
  readonly rawOrientation?: boolean | undefined;
  readonly literalSpecials?: boolean | undefined;
}

/** The prompts that were drawn. */
export interface DrawingRequest {
  readonly prompt: string;
  readonly negativePrompt?: string | undefined;
  readonly literalSpecials?: boolean | undefined;
}

/** Everything that decides the last bits, as the mesh reports it: field names and values. */
export type Fingerprint = Readonly<Record<string, string | number>>;

/** A hash of the logits that a token was drawn from. */
export interface LogitHash {
  readonly position: number;
  /** 16 hexadecimal digits. */
  readonly hash: string;
}

/** What proves a result. */
export interface Proof {
  readonly revision: string;
  /** Null where the mesh told none. */
  readonly fingerprint: Fingerprint | null;
  /** The parameters used, with the seed of this very result as a decimal number. */
  readonly sampling: { readonly temperature: number; readonly topK: number; readonly topP: number; readonly seed: string };
  /** sha256 of each picture's features, hexadecimal, in the order of the prompt. */
  readonly featureHashes: readonly string[];
  readonly logitHashes: readonly LogitHash[];
  /** Token ids of an answer, code ids of a picture. */
  readonly ids: readonly number[];
}

/** Receipt of an answer. */
export interface AnswerReceipt extends Proof {
  readonly kind: 'answer';
  readonly request: AnswerRequest;
  readonly maxTokens: number;
  readonly text: string;
}

/** Receipt of one picture. */
export interface DrawingReceipt extends Proof {
  readonly kind: 'drawing';
  readonly request: DrawingRequest;
  readonly guidanceWeight: number;
  /** Where the picture was written, from the receipt's folder. */
  readonly picture?: string | undefined;
}

/** One result: what was asked, what was resolved, what came of it. */
export type ResultReceipt = AnswerReceipt | DrawingReceipt;
