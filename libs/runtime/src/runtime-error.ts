/**
 * What kind of fault it was: a number is ONNX Runtime's own error code (1 FAIL, 2 INVALID_ARGUMENT, 7 INVALID_PROTOBUF, ...), a word is
 * ours: `LIBRARY` the library cannot be used, `PROVIDER` it does not run networks on that device, `FILE` a file cannot be mapped,
 * `MEMORY` the system has no more, `ARGUMENT` the caller's values do not fit, `BUSY` a run is under way, `CANCELLED` the run was
 * cancelled, `RELEASED` the object was given back before.
 */
export type RuntimeErrorCode = number | 'LIBRARY' | 'PROVIDER' | 'FILE' | 'MEMORY' | 'ARGUMENT' | 'BUSY' | 'CANCELLED' | 'RELEASED';

/** Thrown for every fault of this library; faults that ONNX Runtime reports keep its words in the message. */
export class RuntimeError extends Error {
  override name = 'RuntimeError';
  readonly code: RuntimeErrorCode;

  constructor(code: RuntimeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
