/** A queue of pairs of neighbours that may be merged: the lowest rank comes first, of equal ranks the leftmost. */
export class PairQueue {
  // Rank and position in one number, rank first: 2^21 ranks and 2^32 positions fit a double exactly.
  #heap = new Float64Array(64);
  #size = 0;

  push(rank: number, position: number): void {
    if (this.#size === this.#heap.length) {
      const larger = new Float64Array(this.#size * 2);
      larger.set(this.#heap);
      this.#heap = larger;
    }
    const heap = this.#heap;
    const key = rank * 2 ** 32 + position;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((heap[parent] as number) <= key) break;
      heap[at] = heap[parent] as number;
      at = parent;
    }
    heap[at] = key;
  }

  /** Takes the first pair out; undefined if there is none. */
  pop(): { rank: number; position: number } | undefined {
    if (this.#size === 0) return undefined;
    const heap = this.#heap;
    const first = heap[0] as number;
    const last = heap[--this.#size] as number;
    let at = 0;
    for (let child = 1; child < this.#size; child = 2 * at + 1) {
      if (child + 1 < this.#size && (heap[child + 1] as number) < (heap[child] as number)) child++;
      if ((heap[child] as number) >= last) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = last;
    const rank = Math.floor(first / 2 ** 32);
    return { rank, position: first - rank * 2 ** 32 };
  }
}
