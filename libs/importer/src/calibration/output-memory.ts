/** Memory for the outputs of a graph that runs over and over: what is no input of a run is written over by it. */
export class OutputMemory {
  readonly #kept = new Map<string, Float32Array[]>();

  /**
   * Memory for an output.
   *
   * @param inputs of the run
   * @returns f32 with left-over contents
   */
  take(name: string, elements: number, inputs: readonly unknown[]): Float32Array {
    const kept = this.#kept.get(name) ?? [];
    const free = kept.find((array) => array.length === elements && !inputs.includes(array));
    const taken = free ?? new Float32Array(elements);
    this.#kept.set(name, [taken, ...kept.filter((array) => array !== taken && inputs.includes(array))]);
    return taken;
  }
}
