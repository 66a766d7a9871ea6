/** What a request may ask for at most. Each is a setting; what the model itself bounds is not here. */
export interface RequestLimits {
  /** Bytes of one picture. */
  readonly pictureBytes: number;
  /** Pixels of one picture. The vision encoder enforces it; here it is only told to callers. */
  readonly picturePixels: number;
  /** Pictures of a request. */
  readonly pictures: number;
  /** Samples of a drawing. */
  readonly samples: number;
  /** Stop texts of a chat. */
  readonly stopTexts: number;
  /** Characters of one stop text. */
  readonly stopTextCharacters: number;
  /** Characters of all texts of a prompt together: bounds the work of the tokenizer. */
  readonly promptCharacters: number;
  /** Messages of a conversation. */
  readonly messages: number;
  /** Parts of all messages together. */
  readonly parts: number;
}
