/**
 * Blends conditional and unconditional logits (classifier-free guidance): uncond + w (cond - uncond), computed in f64 and
 * rounded once.
 *
 * @param cond f32 [vocabulary]
 * @param uncond f32 [vocabulary]
 * @param weight 1 gives cond, Janus uses 5
 * @param guided f32 [vocabulary], overwritten
 * @source deepseek-ai/Janus generation_inference.py, generate()
 */
export function guide(cond: Float32Array, uncond: Float32Array, weight: number, guided: Float32Array): void {
  for (let i = 0; i < guided.length; i++) {
    const base = uncond[i] as number;
    guided[i] = base + weight * ((cond[i] as number) - base);
  }
}
