import { type Context, type ContextManager, context, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';
import { afterEach, expect, test } from 'vitest';
import { activeTrace } from './tracing.ts';

afterEach(() => context.disable());

/** Keeps one context active, as a program does that uses OpenTelemetry. */
function keepActive(active: Context): void {
  const manager: ContextManager = {
    active: () => active,
    with: (_, run, self, ...args) => run.call(self as never, ...args),
    bind: (_, target) => target,
    enable: () => manager,
    disable: () => manager
  };
  context.setGlobalContextManager(manager);
}

test('where no span is active in the process, calls belong to no trace', () => {
  expect(activeTrace().headers).toEqual({});
});

test('the span that is active in the process goes along with its calls', () => {
  const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: TraceFlags.SAMPLED };
  keepActive(trace.setSpan(ROOT_CONTEXT, trace.wrapSpanContext(span)));
  expect(activeTrace().child('a call', { role: 'client' }).headers).toEqual({
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  });
});
