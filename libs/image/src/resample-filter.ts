/** A filter of Pillow's: its weight at a distance in output pixels, and the distance from which on it is 0. */
export interface ResampleFilter {
  readonly support: number;
  weight(distance: number): number;
}

const A = -0.5;

/** Pillow's BICUBIC. */
export const bicubic: ResampleFilter = {
  support: 2,
  weight(distance) {
    const x = Math.abs(distance);
    if (x < 1) return ((A + 2) * x - (A + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * A;
    return 0;
  }
};

/** Pillow's BOX: the mean of the pixels an output pixel covers. */
export const box: ResampleFilter = {
  support: 0.5,
  weight: (distance) => (distance > -0.5 && distance <= 0.5 ? 1 : 0)
};
