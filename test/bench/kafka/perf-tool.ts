import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached, runTool } from '@virtualchain/local';
import { PeerMissing } from '../harness/bench.ts';

/** The version of the broker that the benchmarks start. */
const KAFKA_VERSION = '4.1.2';
const RECORD_DELIMITER = '\n';

/** Sends values to a topic as Kafka's own tool does; whatever is not a value of the list is its own affair. */
export interface PerfTool {
  /** So many records, each with one of the values of `payloads`, to the only partition of `topic`. */
  send(topic: string, recordCount: number): Promise<void>;
}

/**
 * `kafka-producer-perf-test` on the jars of Maven Central, with the values of `records` to choose from.
 *
 * @throws PeerMissing when the jars cannot be fetched.
 */
export async function openPerfTool(
  brokers: readonly string[],
  directory: string,
  records: readonly Uint8Array[],
): Promise<PerfTool> {
  const jars = await toolJars();
  const payloads = join(directory, 'payloads');
  await writeFile(payloads, Buffer.concat(records.flatMap((value) => [value, Buffer.from(RECORD_DELIMITER)])));
  const properties = join(directory, 'producer.properties');
  await writeFile(
    properties,
    [
      `bootstrap.servers=${brokers.join(',')}`,
      'acks=all',
      'compression.type=zstd',
      'compression.zstd.level=1',
      'batch.size=1048576',
      'linger.ms=5',
      'max.request.size=16777216',
      'buffer.memory=134217728',
    ].join('\n'),
  );
  const jvm = ['-Xmx512m', '-XX:+UseSerialGC', '-cp', join(jars, '*'), 'org.apache.kafka.tools.ProducerPerformance'];
  return {
    send: (topic, recordCount) => {
      const wanted = ['--topic', topic, '--num-records', `${recordCount}`, '--throughput', '-1'];
      const from = ['--payload-file', payloads, '--producer.config', properties];
      return runTool('java', [...jvm, ...wanted, ...from], { cwd: directory, env: process.env });
    },
  };
}

async function toolJars(): Promise<string> {
  try {
    return join(await cached(process.env, `kafka-tools-${KAFKA_VERSION}`, fetchTools), 'lib');
  } catch (error) {
    throw new PeerMissing('kafka-producer-perf-test', error instanceof Error ? error.message : String(error));
  }
}

async function fetchTools(directory: string): Promise<void> {
  const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>virtualchain</groupId><artifactId>kafka-tools</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>${KAFKA_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;
  await writeFile(join(directory, 'pom.xml'), pom);
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
  await runTool('mvn', ['-B', '-q', goal, `-DoutputDirectory=${join(directory, 'lib')}`], {
    cwd: directory,
    env: process.env,
  });
}
