import type { Client } from 'pg';
import { LISTEN_AGAIN_MS } from '../limits.ts';
import { type Connections, endClient } from './postgres-connections.ts';

/** The channel on which writers name the topic that they committed to. */
export const NEWS_CHANNEL = 'vchain_log';

/** Tells of commits as they happen. A hint: what is missed is found by whoever looks by the clock. */
export interface News {
  /** Calls `wake` at every commit to the topic, until what it answers is called. */
  hear(topic: string, wake: () => void): () => void;
  close(): Promise<void>;
}

/** One connection that listens, for all topics of a broker; opened when somebody first wants to hear. */
export function createNews({ openClient }: Pick<Connections, 'openClient'>): News {
  const hearers = new Map<string, Set<() => void>>();
  let listening: Promise<Client | null> | null = null;
  let isClosed = false;

  async function listen(): Promise<Client | null> {
    try {
      const client = await openClient();
      client.on('notification', ({ payload = '' }) => {
        for (const wake of hearers.get(payload) ?? []) wake();
      });
      client.on('end', listenAgainSoon);
      await client.query(`listen ${NEWS_CHANNEL}`);
      return client;
    } catch {
      listenAgainSoon(); // readers look by themselves meanwhile
      return null;
    }
  }

  function listenAgainSoon(): void {
    if (!isClosed) setTimeout(() => (listening = null), LISTEN_AGAIN_MS).unref();
  }

  return {
    hear(topic, wake) {
      if (!isClosed) listening ??= listen();
      const wakes = hearers.get(topic) ?? new Set();
      hearers.set(topic, wakes.add(wake));
      return () => {
        wakes.delete(wake);
        if (wakes.size === 0) hearers.delete(topic);
      };
    },
    async close() {
      isClosed = true;
      const client = await listening;
      if (client) await endClient(client);
    },
  };
}
