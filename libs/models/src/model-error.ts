/** What can be wrong with a model on disk; the CLI prints the kind, scripts match on it. */
export type ModelErrorKind =
  | 'missing_file'
  | 'invalid_config'
  | 'unsupported_model'
  | 'corrupt_checkpoint'
  | 'unsafe_checkpoint'
  | 'missing_tensor'
  | 'shape_mismatch'
  | 'invalid_tokenizer'
  | 'corrupt_bundle'
  | 'unsupported_bundle'
  | 'bundle_exists';

/** Names and values in a message are a file's own words, which may be megabytes, or codes that a terminal obeys. */
const LONGEST_MESSAGE = 2_000;
const CONTROLS = /[^\P{Cc}\n]/gu;

/**
 * Thrown where a checkpoint or a bundle is refused. The message names the file, the tensor or field, what was expected and what was
 * found; what cannot be shown of it is escaped, and a long one is cut.
 */
export class ModelError extends Error {
  override name = 'ModelError';
  readonly kind: ModelErrorKind;

  constructor(kind: ModelErrorKind, message: string, options?: ErrorOptions) {
    super(readable(message), options);
    this.kind = kind;
  }
}

function readable(message: string): string {
  const shown = message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}...` : message;
  return shown.replace(CONTROLS, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
