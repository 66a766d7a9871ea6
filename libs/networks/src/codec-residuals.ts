import type { CodecLevel } from './codec-levels.ts';

/** What both halves of the picture tokenizer are mostly made of, on maps of some form. */
interface ResidualBlocks<M> {
  residual(x: M, name: string, output: number): M;
  attention(x: M, name: string): M;
}

/** The blocks of one resolution, without the change of size that may follow. */
export function levelBlocks<M>(blocks: ResidualBlocks<M>, x: M, half: string, { name, blocks: sizes, attention }: CodecLevel): M {
  return sizes.reduce((map, { output }, j) => {
    const block = blocks.residual(map, `${half}.${name}.block.${j}`, output);
    return attention ? blocks.attention(block, `${half}.${name}.attn.${j}`) : block;
  }, x);
}

/** Block, attention, block at the grid's side. */
export function middleBlocks<M extends { readonly channels: number }>(blocks: ResidualBlocks<M>, x: M, half: string): M {
  const first = blocks.residual(x, `${half}.mid.block_1`, x.channels);
  return blocks.residual(blocks.attention(first, `${half}.mid.attn_1`), `${half}.mid.block_2`, x.channels);
}
