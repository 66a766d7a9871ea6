import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';

/** Keeps grpc-js from writing to stderr what we report ourselves, as errors or log lines. It logs for the whole process or not. */
export function silenceGrpcJs(): void {
  setLogVerbosity(logVerbosity.NONE);
}
