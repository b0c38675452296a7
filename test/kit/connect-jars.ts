import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from '@virtualchain/local';
import { runTool } from '../../infra/local/src/tools/tools.ts';
import { kafkaVersion } from '../../infra/local/src/tools/versions.ts';

/** The folder of Kafka Connect's jars with its file sink, of the version of the broker: downloaded into the cache when they are not there. */
export async function connectJars(): Promise<string> {
  const { env } = process;
  const entry = await cached(env, `kafka-connect-${kafkaVersion}`, async (directory) => {
    const dependencies = ['connect-runtime', 'connect-file']
      .map(
        (name) =>
          `<dependency><groupId>org.apache.kafka</groupId><artifactId>${name}</artifactId><version>${kafkaVersion}</version></dependency>`,
      )
      .join('');
    await writeFile(
      join(directory, 'pom.xml'),
      `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>virtualchain</groupId><artifactId>connect</artifactId><version>1</version><dependencies>${dependencies}</dependencies></project>`,
    );
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
    await runTool('mvn', ['-B', '-q', goal, `-DoutputDirectory=${join(directory, 'lib')}`], { cwd: directory, env });
  });
  return join(entry, 'lib');
}
