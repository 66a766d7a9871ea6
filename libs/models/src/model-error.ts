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

/** Thrown where a checkpoint or a bundle is refused. The message names the file, the tensor or field, what was expected and what was found. */
export class ModelError extends Error {
  override name = 'ModelError';
  readonly kind: ModelErrorKind;

  constructor(kind: ModelErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
