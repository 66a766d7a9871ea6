import type { QuantizationScheme } from './quantization.ts';

/** How close logits must stay to those of the f32 model, on average over the rows that are compared. */
export interface LogitLimits {
  /** Least cosine of the two rows. */
  readonly cosine: number;
  /** Largest Kullback-Leibler divergence of the quantised distribution from the exact one, in nats. */
  readonly divergence: number;
}

/** What quantising a model may cost; what a bundle is verified against. */
export interface QualityLimits {
  /** Largest relative error (RMS) of the vision encoder's features. */
  readonly features: number;
  /** Largest relative error (RMS) of features behind the aligner. */
  readonly aligned: number;
  /** Least signal to noise ratio of decoded pictures, in decibels (peak to peak 2). */
  readonly pictureDecibels: number;
  /** Guided logits of picture codes at weight 5, which multiplies errors. */
  readonly guided: LogitLimits;
  /** Logits of text. */
  readonly text: LogitLimits;
}

const LIMITS: Readonly<Record<QuantizationScheme, QualityLimits>> = {
  f32: {
    features: 1e-4,
    aligned: 1e-4,
    pictureDecibels: 80,
    guided: { cosine: 0.99999, divergence: 1e-4 },
    text: { cosine: 0.99999, divergence: 1e-4 }
  },
  w8a8: {
    features: 0.05,
    aligned: 0.05,
    pictureDecibels: 40,
    guided: { cosine: 0.999, divergence: 0.01 },
    text: { cosine: 0.999, divergence: 0.01 }
  },
  w4: {
    features: 0.05,
    aligned: 0.05,
    pictureDecibels: 40,
    guided: { cosine: 0.97, divergence: 0.2 },
    text: { cosine: 0.97, divergence: 0.2 }
  }
};

/** What a scheme may cost. */
export function limitsOf(scheme: QuantizationScheme): QualityLimits {
  return LIMITS[scheme];
}
