import { InvalidArgumentError } from 'commander';

const MOST_PORT = 65_535;

/**
 * Checks an address of a mesh: a name or an IPv4 address, or an IPv6 address in brackets, then a colon and a port.
 *
 * @throws {InvalidArgumentError} saying what is allowed
 */
export function parseTarget(text: string): string {
  const [, host, port] = /^(\[[0-9a-f:.%]+\]|[^\s:/[\]]+):(\d+)$/i.exec(text) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > MOST_PORT) {
    throw new InvalidArgumentError('Expected host:port, as localhost:50051 or [::1]:50051.');
  }
  return text;
}
