import { type QualityLimits, type Quantization, WEIGHT_BLOCKS } from '@janus-mesh/models';
import { z } from 'zod';

const form = z.enum(['f32', 'w8a8', 'w4']);
const convForm = z.enum(['f32', 'w8a8']);
const share = z.number().nonnegative();

/** How a manifest says what forms the weights are stored in. */
export const quantizationSchema = z.strictObject({
  scheme: form,
  block: z.literal(WEIGHT_BLOCKS).optional(),
  text: form,
  textHead: form,
  codeHead: form,
  aligner: form,
  vision: convForm,
  codec: convForm,
  embedding: z.enum(['f32', 'bf16', 'f16']),
  kv: z.enum(['f32', 'int8', 'int8_channel']),
  kept: z.array(z.strictObject({ linear: z.string().min(1), form, error: share, limit: share, undivided: z.int().positive().optional() }))
}) satisfies z.ZodType<Quantization>;

const logits = z.strictObject({ cosine: z.number().max(1), divergence: share });

/** How a manifest says what quantising may cost. */
export const limitsSchema = z.strictObject({
  features: share,
  aligned: share,
  pictureDecibels: z.number(),
  guided: logits,
  text: logits
}) satisfies z.ZodType<QualityLimits>;
