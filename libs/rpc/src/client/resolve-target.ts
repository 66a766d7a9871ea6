import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** Finds the addresses of a host name. @returns IP addresses, one or more. @throws {Error} if the name has none */
export type Resolver = (host: string) => Promise<readonly string[]>;

/** Where a service listens, as it was written: `host:port` or `dns:///host:port`. */
export interface Target {
  readonly text: string;
  readonly host: string;
  readonly port: string;
  /** The address, where the host is one and no name. */
  readonly fixed: string | undefined;
}

/** Reads a target. @throws {RangeError} if it has no port */
export function parseTarget(text: string): Target {
  const [, host, port] = /^(?:dns:\/\/\/)?\[?(.+?)\]?:(\d+)$/.exec(text) ?? [];
  if (host === undefined || port === undefined) throw new RangeError(`"${text}" is no address like 127.0.0.1:50061 or dns:///host:50061`);
  return { text, host, port, fixed: isIP(host) === 0 ? undefined : toAddress(host, port) };
}

/** The addresses of a target's name, `ip:port` each. @throws {Error} if it has none */
export async function resolveTarget({ host, port }: Target, resolver: Resolver): Promise<string[]> {
  return (await resolver(host)).map((ip) => toAddress(ip, port));
}

/** The system's own resolver. Of a name with addresses of both families only IPv4's are taken: they lead to the same processes. */
export async function systemResolver(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true, verbatim: true });
  const ipv4 = found.filter(({ family }) => family === 4);
  return (ipv4.length > 0 ? ipv4 : found).map(({ address }) => address);
}

function toAddress(ip: string, port: string): string {
  return `${isIP(ip) === 6 ? `[${ip}]` : ip}:${port}`;
}
