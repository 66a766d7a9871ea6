export type { DecodeOptions, Detokenizer } from './detokenizer.ts';
export type { TextPiece } from './text-piece.ts';
export { TokenLimitError } from './token-limit-error.ts';
export { type EncodeOptions, loadTokenizer, type Tokenizer, type TokenizerOptions } from './tokenizer.ts';
export { TokenizerError } from './tokenizer-error.ts';
