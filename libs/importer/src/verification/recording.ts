/** What a model gave for a plan. */
export interface Recording {
  /** Features of each picture: f32 [rows, vision width]. */
  readonly features: readonly Float32Array[];
  /** The same behind the aligner: f32 [rows, hidden]. */
  readonly aligned: readonly Float32Array[];
  /** Guided logits of each drawing along its codes: f32 [codes, codebook]. */
  readonly guided: readonly Float32Array[];
  /** Pixels of each drawing whose codes make a whole picture: f32 [3, side, side]. */
  readonly pixels: readonly Float32Array[];
  /** Logits of each answer's tokens: f32 [tokens, vocabulary]. */
  readonly answers: readonly Float32Array[];
  /** Logits of the text's tokens from the second on: f32 [tokens − 1, vocabulary]. */
  readonly text: Float32Array;
}

/** What the logits of a plan are compared along: the bundle that is verified drew and answered so. */
export interface Continuations {
  /** Codes of each drawing. */
  readonly codes: readonly (readonly number[])[];
  /** Ids of each answer. */
  readonly answers: readonly (readonly number[])[];
}

/** Guidance weight that drawings are compared at. */
export const GUIDANCE = 5;
