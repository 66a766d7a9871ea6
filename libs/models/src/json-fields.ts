import { ModelError } from './model-error.ts';

/** Larger than any size a model has; a wild number is refused before lists of that length are made. */
const SIZE_LIMIT = 2 ** 24;

/** A JSON object of a checkpoint's file, read field by field. A field that is null counts as absent, as in the published configs. */
export class JsonFields {
  readonly #file: string;
  readonly #path: string;
  readonly #values: Readonly<Record<string, unknown>>;

  /**
   * @param value parsed JSON; undefined reads as an object without fields
   * @throws {ModelError} invalid_config if it is no object
   */
  constructor(file: string, value: unknown, path = '') {
    this.#file = file;
    this.#path = path;
    if (value !== undefined && !isObject(value)) throw this.#fault('', value, 'an object');
    this.#values = value ?? {};
  }

  /** Whether the field is given. */
  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** The field as it stands, undefined where absent or null. */
  get(key: string): unknown {
    return this.#values[key] ?? undefined;
  }

  /** Reads a nested object; absent reads as an empty one. */
  object(key: string): JsonFields {
    return new JsonFields(this.#file, this.get(key), this.#name(key));
  }

  /** Reads a count or a size: a positive integer of at most `max`. */
  size(key: string, fallback: number, max = SIZE_LIMIT): number {
    const value = this.get(key) ?? fallback;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > max)
      throw this.#fault(key, value, `an integer from 1 to ${max}`);
    return value;
  }

  /** Reads a number above zero. */
  positive(key: string, fallback: number): number {
    const value = this.get(key) ?? fallback;
    if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) throw this.#fault(key, value, 'a number above 0');
    return value;
  }

  /** Reads true or false. */
  flag(key: string, fallback: boolean): boolean {
    const value = this.get(key) ?? fallback;
    if (typeof value !== 'boolean') throw this.#fault(key, value, 'true or false');
    return value;
  }

  /** Reads a string. */
  text<T extends string | undefined>(key: string, fallback: T): string | T {
    const value = this.get(key);
    if (value === undefined) return fallback;
    if (typeof value !== 'string') throw this.#fault(key, value, 'a string');
    return value;
  }

  /** Reads a list of numbers, of `length` where given. */
  numbers(key: string, fallback: readonly number[], length?: number): number[] {
    const value = this.get(key) ?? fallback;
    const isList = Array.isArray(value) && value.every((item) => typeof item === 'number' && Number.isFinite(item));
    if (!isList || value.length === 0 || (length !== undefined && value.length !== length))
      throw this.#fault(key, value, length === undefined ? 'a list of numbers' : `a list of ${length} numbers`);
    return [...value];
  }

  /**
   * Holds a field to the values this project implements.
   *
   * @throws {ModelError} unsupported_model naming the field and its value
   */
  only(key: string, ...supported: readonly (string | number | boolean)[]): void {
    const value = this.get(key);
    if (value === undefined || supported.some((one) => one === value)) return;
    throw this.unsupported(key, `supported: ${supported.map((one) => JSON.stringify(one)).join(', ')}`);
  }

  /** The error for a field whose value is understood but not implemented. */
  unsupported(key: string, remark: string): ModelError {
    return new ModelError('unsupported_model', `${this.#file}: ${this.#name(key)} is ${show(this.get(key))}; ${remark}`);
  }

  /** The error for a field whose value cannot be. */
  invalid(key: string, expected: string): ModelError {
    return this.#fault(key, this.get(key), expected);
  }

  #fault(key: string, value: unknown, expected: string): ModelError {
    return new ModelError('invalid_config', `${this.#file}: ${this.#name(key) || 'the document'} is ${show(value)}, expected ${expected}`);
  }

  #name(key: string): string {
    return [this.#path, key].filter(Boolean).join('.');
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  const json = JSON.stringify(value) ?? 'absent';
  return json.length > 80 ? `${json.slice(0, 77)}...` : json;
}
