/**
 * Stands between driver and server: sees every command as it goes over the wire, and cuts connections where a test wants it.
 * It knows OP_MSG only (https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/#op_msg), which is all that the driver sends.
 */
import { connect, createServer, type Socket } from 'node:net';
import { BSON } from 'mongodb';

export interface Command {
  /** `find`, `commitTransaction`, … */
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** When a connection is cut: before the command reaches the server, or after the server has carried it out. */
export interface Cut {
  readonly command: string;
  readonly when: 'before' | 'after';
  /** How many times; the next ones pass. */
  readonly times: number;
}

export interface WireProxy {
  readonly port: number;
  /** Commands since the last call, those of the driver's own watching left out. */
  taken(): readonly Command[];
  cut(cut: Cut): void;
  /** Holds the next such command back until something else is done. */
  hold(command: string, work: () => Promise<unknown>): void;
  /** Forgets the cuts that are still to come. */
  calm(): void;
  /** Refuses every connection until it is called with false. */
  away(isAway: boolean): void;
  /** Keeps every connection and lets nothing through, until it is called with false: then those that stood are dropped. */
  silent(isSilent: boolean): void;
  close(): Promise<void>;
}

/** What the driver sends on its own account. */
const WATCHING = new Set(['hello', 'ismaster', 'isMaster', 'ping', 'endSessions', 'killCursors']);

export async function startWireProxy(host: string, port: number): Promise<WireProxy> {
  const seen: Command[] = [];
  const sockets = new Set<Socket>();
  let cuts: Cut[] = [];
  const holds = new Map<string, () => Promise<unknown>>();
  let isAway = false;
  let isSilent = false;

  const due = (name: string): Cut | undefined => {
    const cut = cuts.find(({ command, times }) => command === name && times > 0);
    cuts = cuts.map((each) => (each === cut ? { ...each, times: each.times - 1 } : each));
    return cut;
  };
  const server = createServer((client) => {
    if (isAway) return void client.destroy();
    const database = connect(port, host);
    const end = () => {
      client.destroy();
      database.destroy();
    };
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on('error', end).on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    const fatal = new Set<number>(); // requests whose answer is not to arrive
    client.on(
      'data',
      messages((message) => {
        if (isSilent) return;
        const command = commandOf(message);
        if (command && !WATCHING.has(command.name)) seen.push(command);
        const cut = command && due(command.name);
        if (cut?.when === 'before') return end();
        if (cut) fatal.add(message.readInt32LE(4));
        const work = holds.get(command?.name ?? '');
        holds.delete(command?.name ?? '');
        if (work) void work().finally(() => database.write(message));
        else database.write(message);
      }),
    );
    database.on(
      'data',
      messages((message) => {
        if (isSilent) return;
        if (fatal.has(message.readInt32LE(8))) end();
        else client.write(message);
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const dropAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    taken: () => seen.splice(0),
    cut: (cut) => void cuts.push(cut),
    hold: (command, work) => void holds.set(command, work),
    calm() {
      cuts = [];
    },
    away(away) {
      isAway = away;
      if (away) dropAll();
    },
    silent(silent) {
      isSilent = silent;
      if (!silent) dropAll();
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      dropAll();
      await closed;
    },
  };
}

/** Gives whole messages, whatever the pieces that arrive. */
function messages(each: (message: Buffer) => unknown): (piece: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (piece) => {
    rest = Buffer.concat([rest, piece]);
    while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
      const length = rest.readInt32LE(0);
      each(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  };
}

const OP_MSG = 2013;

/** The body of a command, with the documents that the driver sends beside it. */
function commandOf(message: Buffer): Command | undefined {
  if (message.readInt32LE(12) !== OP_MSG) return undefined;
  const body: Record<string, unknown> = {};
  for (let at = 20; at < message.length - 4; ) {
    const size = message.readInt32LE(at + 1);
    if (message[at] === 0) Object.assign(body, BSON.deserialize(message.subarray(at + 1, at + 1 + size)));
    else Object.assign(body, sequenceOf(message.subarray(at + 5, at + 1 + size)));
    at += 1 + size;
  }
  return { name: Object.keys(body).find((name) => !SEQUENCES.has(name)) ?? '', body };
}

const SEQUENCES = new Set(['documents', 'updates', 'deletes']);

function sequenceOf(section: Buffer): Record<string, unknown> {
  const end = section.indexOf(0);
  const documents: unknown[] = [];
  for (let at = end + 1; at < section.length; at += section.readInt32LE(at)) {
    documents.push(BSON.deserialize(section.subarray(at, at + section.readInt32LE(at))));
  }
  return { [section.toString('utf8', 0, end)]: documents };
}
