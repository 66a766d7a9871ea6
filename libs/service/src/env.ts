/** The environment of this process; the only place of the services that reads it. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
