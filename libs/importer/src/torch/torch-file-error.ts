/** A torch file that can't be read: its zip, its pickle or a tensor. The message does not name the file. */
export class TorchFileError extends Error {
  override name = 'TorchFileError';
  readonly kind: 'corrupt_checkpoint' | 'unsupported_model';

  /** @param kind unsupported_model where the file is whole, but of a form that is not read */
  constructor(message: string, kind: 'corrupt_checkpoint' | 'unsupported_model' = 'corrupt_checkpoint') {
    super(message);
    this.kind = kind;
  }
}
