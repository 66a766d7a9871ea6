/** Bytes that `read` reads: far more than any cache holds. */
export const READ_BYTES = 1 << 30;

/** Dims of the product that `int8` runs: u8 [m, k] × i8 [k, n]. Multiply and add count as two operations. */
export const PRODUCT = { m: 512, k: 2048, n: 8192 };

/** Integer operations of one `int8`. */
export const PRODUCT_OPERATIONS = 2 * PRODUCT.m * PRODUCT.k * PRODUCT.n;
