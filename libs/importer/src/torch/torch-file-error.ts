/** A torch file that can't be read: its zip, its pickle or a tensor. The message does not name the file. */
export class TorchFileError extends Error {
  override name = 'TorchFileError';
}
