import { NodeBusy, NodeReplyInvalid, NodeTimeout, NodeUnreachable } from '@virtualchain/node-client';
import { BrokerUnavailable, WriterStalled } from '@virtualchain/operation-log';
import { DatabaseUnavailable } from '@virtualchain/projection';
import type { Random } from '../random.ts';

/** The errors with which the ports of a process fail: those that their real adapters throw. */
export function nodeError(random: Random): Error {
  const Kind = random.pick([NodeUnreachable, NodeTimeout, NodeBusy, NodeReplyInvalid]);
  return new Kind('fake node', 'injected');
}

export function logError(random: Random, step: string, topic: string): Error {
  if (/send|commit/.test(step) && random.chance(0.5)) return new WriterStalled(topic, step, 10_000);
  return new BrokerUnavailable(topic, new Error('injected'));
}

export const databaseError = (): Error => new DatabaseUnavailable(new Error('injected'));
