import type { Trace } from './trace.ts';
import type { ReadHeader } from './tracing.ts';

const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-[\da-f]{2}$/;
const LONGEST_STATE = 512;

/** The trace of a call as it came, to be passed on: nothing is recorded here. Undefined where none came, or none that is one. */
export function passedTrace(header: ReadHeader): Trace | undefined {
  const traceparent = header('traceparent');
  const ids = traceparent === undefined ? null : TRACEPARENT.exec(traceparent);
  if (traceparent === undefined || ids === null) return undefined;
  const tracestate = header('tracestate');
  const isKept = tracestate !== undefined && tracestate.length <= LONGEST_STATE;
  const passed: Trace = {
    traceId: ids[1],
    spanId: ids[2],
    isRecording: false,
    headers: isKept ? { traceparent, tracestate } : { traceparent },
    child: () => passed,
    event: () => {},
    set: () => {},
    end: () => {}
  };
  return passed;
}
