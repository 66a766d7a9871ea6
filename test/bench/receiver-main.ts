import { otlpReceiver } from '../../libs/telemetry/src/testing/otlp-receiver.ts';

// A receiver of OTLP as a process of its own, so that its work is not taken for that of who sends. Tells where it listens, then, for
// each message, what came so far; ends with its parent.
const receiver = await otlpReceiver();
process.on('disconnect', () => process.exit());
process.on('message', () => process.send?.({ spans: receiver.spans.length, metrics: receiver.metrics.length }));
process.send?.(receiver.endpoint);
