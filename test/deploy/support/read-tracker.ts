/**
 * Finds the fields that a validator never looked at. A validator compiled from a schema reads each field that the schema knows, and no
 * other: so a field that was not read is one that the schema does not know, even where the schema lets unknown ones pass.
 */
export class ReadTracker {
  readonly #reads = new Map<object, Set<string>>();
  readonly #views = new Map<object, object>();

  /** The same value, seen through something that remembers which fields are read. */
  view<T>(value: T): T {
    if (typeof value !== 'object' || value === null) return value;
    const known = this.#views.get(value);
    if (known !== undefined) return known as T;
    const reads = new Set<string>();
    const view = new Proxy(value, {
      get: (target, key) => {
        if (typeof key === 'string') reads.add(key);
        return this.view(Reflect.get(target, key) as unknown);
      }
    });
    this.#reads.set(value, reads);
    this.#views.set(value, view);
    return view;
  }

  /** Paths of the fields, at any depth, that were not read. */
  unread(value: unknown, path: readonly string[] = []): string[] {
    if (typeof value !== 'object' || value === null) return [];
    const reads = this.#reads.get(value) ?? new Set();
    return Object.entries(value).flatMap(([key, field]) =>
      reads.has(key) ? this.unread(field, [...path, key]) : [[...path, key].join('.')]
    );
  }
}
