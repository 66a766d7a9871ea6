/** A picture of a prompt, as its features are known to the transformer. */
export interface PromptPicture {
  /** 32 bytes: equal hashes mean equal features. */
  readonly hash: Uint8Array;
  /** The file's bytes. */
  readonly data: Uint8Array;
  /** Where it lies in the request: more than one where the same picture was sent again. */
  readonly fields: readonly string[];
}
