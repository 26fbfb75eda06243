import {isIP} from 'node:net';
import {fail} from '../base/problem.ts';

export interface HttpAddress {
  /** Without brackets. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

const usual: HttpAddress = {host: '127.0.0.1', port: 9464};

/** `127.0.0.1:9464`, `[::1]:9464`, `localhost:80`, `:80` and `80` for a port of this machine alone, or a host with the usual port. Throws a usage problem. */
export function parseAddress(text: string): HttpAddress {
  const [, bracketed, plain, colonPort, barePort] = /^(?:\[([^\]]*)\]|([^:[\]]*?))(?::(\d+))?$|^(\d+)$/.exec(text.trim()) ?? [];
  const given = bracketed ?? plain ?? '';
  const isPort = bracketed === undefined && colonPort === undefined && /^\d+$/.test(given);
  const portText = isPort ? given : (colonPort ?? barePort);
  const host = isPort || given === '' ? usual.host : given;
  const port = portText === undefined ? usual.port : Number(portText);
  const isHost = bracketed === undefined ? /^[A-Za-z0-9.-]+$/.test(host) : isIP(host) === 6;
  if (text.trim() === '' || !isHost || port > 65_535 || (bracketed === undefined && plain === undefined && barePort === undefined))
    throw fail('usage', 'bad-argument', `--http cannot be ${JSON.stringify(text)}`, {
      hint: 'write an address such as 127.0.0.1:9464 or [::1]:9464, a port, or none',
    });
  return {host, port};
}

/** Only processes of this machine reach it. */
export function isLoopback({host}: HttpAddress): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

export function addressText({host, port}: HttpAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
