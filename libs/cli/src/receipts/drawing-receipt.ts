import type { GeneratedPicture } from '@janus-mesh/contracts';
import { proofOf } from './proof.ts';
import type { DrawingReceipt, DrawingRequest } from './receipt.ts';
import { pathInReceipt } from './receipt-file.ts';

/**
 * The receipt of a picture that was drawn.
 *
 * @param files that the receipt and the picture are written to
 */
export function drawingReceipt(
  request: DrawingRequest,
  drawn: GeneratedPicture,
  files: { readonly receipt: string; readonly picture: string }
): DrawingReceipt {
  const { prompt, negativePrompt, literalSpecials } = request;
  return {
    kind: 'drawing',
    request: { prompt, negativePrompt, literalSpecials },
    guidanceWeight: drawn.receipt?.guidanceWeight ?? 0,
    ...proofOf(drawn.receipt, drawn.codeIds),
    picture: pathInReceipt(files.receipt, files.picture)
  };
}
