import type { VisionEncoderServiceDefinition } from '@janus-mesh/contracts';
import type { Handler } from '@janus-mesh/rpc';
import type { VisionEncoder } from '../vision-encoder.ts';

/** DescribeVisionEncoder. */
export function describeRoute({ info, vision }: VisionEncoder): Handler<VisionEncoderServiceDefinition, 'describeVisionEncoder'> {
  const { imageSize, rows, hiddenSize } = vision;
  return async () => ({ tier: info, imageSize, rows, hiddenSize });
}
