/** A broker whose clients come through a proxy, by bootstrap and by what it advertises; and by a door of its own for the run itself. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from '@virtualchain/local';
import { probeKafka } from '../../../infra/local/src/kafka/kafka-probe.ts';
import { kafkaSettings } from '../../../infra/local/src/kafka/kafka-settings.ts';
import { freePorts } from '../../../infra/local/src/ports.ts';
import { formatBroker, writeProperties } from '../../kit/broker-program.ts';
import { until } from '../../kit/until.ts';
import { FaultProxy } from './fault-proxy.ts';
import { Killable } from './killable.ts';

export interface ProxiedKafka {
  readonly proxy: FaultProxy;
  /** Through the proxy. */
  readonly brokers: string;
  /** Past the proxy: for what the run itself reads. */
  readonly direct: string;
  readonly server: Killable;
}

export async function startProxiedKafka(run: Run): Promise<ProxiedKafka> {
  const [inner = 0, proxied = 0, controller = 0] = await freePorts(3);
  const proxy = await FaultProxy.open(proxied);
  const directory = join(run.runDirectory, 'kafka');
  mkdirSync(directory);
  const at = (port: number) => `127.0.0.1:${port}`;
  const [direct, brokers] = [at(inner), at(proxy.port)];
  const listeners = `INNER://${direct},CONTROLLER://${at(controller)}`;
  const properties = writeProperties(directory, {
    ...kafkaSettings,
    'controller.quorum.bootstrap.servers': at(controller),
    listeners: `${listeners},PROXIED://${at(proxied)}`,
    'advertised.listeners': `${listeners},PROXIED://${brokers}`,
    'inter.broker.listener.name': 'INNER',
    'listener.security.protocol.map': 'INNER:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT',
  });
  const launch = { name: 'kafka', ...(await formatBroker(directory, properties)) };
  const server = new Killable({
    start: () => run.startProcess(launch),
    isServing: async () => {
      const answers = () =>
        probeKafka([direct]).then(
          () => true,
          () => false,
        );
      await until('the broker', answers, (does) => does);
    },
  });
  await server.start();
  return { proxy, brokers, direct, server };
}
