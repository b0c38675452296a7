import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findHelm } from '@virtualchain/local';
import { parseAllDocuments } from 'yaml';

const run = promisify(execFile);
export const helm = findHelm(process.env);
export const chart = join(import.meta.dirname, '../../infra/chart/virtualchain');
/** A helm that Go built takes itself for one of an old Kubernetes. */
const KUBERNETES = '1.31.0';

/** One variable of a container. */
export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly Variable[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext: object;
  readonly readinessProbe?: { readonly httpGet: { readonly path: string; readonly port: string } };
  readonly livenessProbe?: { readonly httpGet: { readonly path: string; readonly port: string } };
}

type Labels = Readonly<Record<string, string>>;

/** An object of Kubernetes, as far as it is looked at. */
export interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Labels; readonly annotations?: Labels };
  readonly spec: {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels: Labels };
    readonly template?: {
      readonly metadata: { readonly labels: Labels };
      readonly spec: { readonly securityContext: object; readonly containers: readonly Container[] };
    };
    readonly ports?: readonly { readonly port: number; readonly targetPort: number }[];
  };
}

/** What `helm template` makes of the chart with these values, or the end of what it says. */
export async function render(values: object, flags: readonly string[] = []): Promise<readonly Rendered[] | string> {
  const folder = await mkdtemp(join(tmpdir(), 'vchain-chart-'));
  try {
    const file = join(folder, 'values.json');
    await writeFile(file, JSON.stringify(values));
    const args = ['template', 'names', chart, '--kube-version', KUBERNETES, '--values', file, ...flags];
    const { stdout } = await run(helm ?? 'helm', args, { maxBuffer: 16 * 1024 * 1024 });
    return parseAllDocuments(stdout).flatMap((document) => (document.contents === null ? [] : [document.toJS()]));
  } catch (error) {
    return String((error as { stderr?: string }).stderr);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What `helm lint --strict` says, and its exit code. */
export async function lint(values: object): Promise<{ readonly code: number; readonly said: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'vchain-chart-'));
  try {
    const file = join(folder, 'values.json');
    await writeFile(file, JSON.stringify(values));
    const args = ['lint', '--strict', chart, '--kube-version', KUBERNETES, '--values', file];
    const { stdout } = await run(helm ?? 'helm', args);
    return { code: 0, said: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, said: `${stdout}${stderr}` };
  } finally {
    await rm(folder, { recursive: true });
  }
}
