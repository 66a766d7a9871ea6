import { type GenerateImageRequest, PreviewMode } from '@janus-mesh/contracts';
import { checkNumber } from './number-rule.ts';
import type { Violations } from './violations.ts';

const DEFAULT_PREVIEW_ROWS = 4;

/** Rows between previews, 0 for none. @param grid rows of a picture */
export function checkPreview(request: GenerateImageRequest, grid: number, violations: Violations): number {
  const rule = { field: 'preview_rows', least: 1, most: grid, fallback: Math.min(DEFAULT_PREVIEW_ROWS, grid) };
  const rows = checkNumber(request.previewRows, rule, violations);
  const mode: number = request.preview ?? PreviewMode.PREVIEW_MODE_UNSPECIFIED;
  switch (mode) {
    case PreviewMode.PREVIEW_MODE_UNSPECIFIED:
    case PreviewMode.PREVIEW_MODE_NONE:
      return 0;
    case PreviewMode.PREVIEW_MODE_EVERY_ROW:
      return 1;
    case PreviewMode.PREVIEW_MODE_EVERY_N:
      return rows;
    default:
      violations.add('preview', `is ${mode}, not one of PreviewMode`);
      return 0;
  }
}
