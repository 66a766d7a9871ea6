import { decodePicture } from '@janus-mesh/image';
import { f32View } from '@janus-mesh/tensor';
import { floats } from '../../support/safetensors.ts';
import { decodeCodes, tokenizePixels } from '../../support/tier-calls.ts';
import { type Row, Stage } from '../row.ts';
import type { Subject } from '../subject.ts';

/** Pictures to codes and back. */
export async function codec(subject: Subject): Promise<Row[]> {
  return [...(await encode(subject)), ...(await decode(subject))];
}

async function encode({ goldens, mesh, tolerance }: Subject): Promise<Row[]> {
  const want = goldens.tensors('vq');
  const latents = new Stage('VQ latents (z)', 'ImageCodecService.Tokenize', tolerance('vq_z'));
  const ids = new Stage('VQ ids', 'ImageCodecService.Tokenize', 0);
  for (const each of goldens.cases.vq_encode) {
    const got = await tokenizePixels(mesh.imageCodec, mesh.model.revision, floats(want, each.tensors.pixels));
    latents.close(each.name, f32View(got.latents?.data ?? new Uint8Array()), floats(want, each.tensors.z));
    ids.equal(each.name, got.codeIds, each.ids);
  }
  return [latents.row(), ids.row()];
}

async function decode({ goldens, mesh, tolerance }: Subject): Promise<Row[]> {
  const want = goldens.tensors('vq');
  const pixels = new Stage('VQ pixels', 'ImageCodecService.Decode', tolerance('vq_image'));
  const levels = new Stage('PNG levels', 'ImageCodecService.Decode', tolerance('vq_u8'));
  const share = new Stage('PNG levels, share that differs', 'ImageCodecService.Decode', tolerance('vq_u8_share_of_values_off_by_one'));
  for (const each of goldens.cases.vq_decode) {
    const { picture } = await decodeCodes(mesh.imageCodec, { revision: mesh.model.revision, ids: each.ids, rawPixels: true });
    pixels.close(each.name, f32View(picture.rawPixels?.data ?? new Uint8Array()), floats(want, each.tensors.image));
    const expected = want.get(each.tensors.u8)?.bytes as Uint8Array;
    const { rgb } = await decodePicture(picture.data, { rawOrientation: true });
    levels.close(each.name, rgb, expected);
    const differing = rgb.reduce((count, value, at) => count + (value === expected[at] ? 0 : 1), 0) / expected.length;
    share.error(each.name, differing, `${(differing * 100).toFixed(2)} % of the values differ`);
  }
  return [pixels.row(), levels.row(), share.row()];
}
