/** Settings that are wrong, all of them. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** One sentence a fault: the variable, what it is, what was expected. */
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `${faults.length === 1 ? 'a setting is' : `${faults.length} settings are`} wrong:${faults.map((fault) => `\n  ${fault}`).join('')}`
    );
    this.faults = faults;
  }
}
