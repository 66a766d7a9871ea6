import type { OrtApi } from './api-table.ts';
import type { NativeArgument, NativeFunction } from './ffi.ts';
import { RuntimeError } from './runtime-error.ts';

/** Throws what an OrtStatus reports, in ONNX Runtime's words, and frees it; null is success. */
export function check(api: OrtApi, status: unknown): void {
  if (status === null) return;
  const error = new RuntimeError(api.getErrorCode(status as bigint) as number, api.getErrorMessage(status as bigint) as string);
  api.releaseStatus(status as bigint);
  throw error;
}

/** Calls a function whose last argument receives a pointer, and returns that pointer. */
export function create(api: OrtApi, make: NativeFunction, ...args: readonly NativeArgument[]): bigint {
  const out: [bigint | null] = [null];
  check(api, make(...args, out));
  return out[0] as unknown as bigint;
}

/** As `create`, on another thread: the event loop goes on. What `args` point to must stay unchanged until then. */
export function createAsync(api: OrtApi, make: NativeFunction, ...args: readonly NativeArgument[]): Promise<bigint> {
  const out: [bigint | null] = [null];
  return new Promise((resolve, reject) => {
    make.async(...args, out, (error, status) => {
      try {
        if (error) throw error;
        check(api, status);
        resolve(out[0] as unknown as bigint);
      } catch (fault) {
        reject(fault);
      }
    });
  });
}
