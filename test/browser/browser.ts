/** A Chromium of its own for a suite, and what is asked of every page that it shows. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import axe, { type AxeResults } from 'axe-core';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** Screenshots of the last run; git does not see them. */
export const SCREENSHOTS = resolve(import.meta.dirname, '../../.vchain/screenshots');

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** For what hangs: a busy machine may take its time. */
const WAIT_MS = 60_000;

export type Scheme = 'light' | 'dark';

export interface Browser extends AsyncDisposable {
  /** The one page that is looked at. */
  readonly page: Page;
  /** What went wrong in it so far, each in a line: errors of scripts, what the policy refused, requests to elsewhere. */
  readonly complaints: string[];
  /** Goes to an address of the explorer and waits until nothing is being loaded. */
  open(path: string): Promise<void>;
  show(width: number, scheme: Scheme): Promise<void>;
  /** Keeps what is shown, whole, as a picture. */
  keep(name: string): Promise<void>;
}

/** Starts `program`; `address` is that of the gateway. */
export async function startBrowser(program: string, address: string): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'vchain-chromium-'));
  await rm(SCREENSHOTS, { recursive: true, force: true });
  await mkdir(SCREENSHOTS, { recursive: true });
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: program,
    args: FLAGS,
    viewport: null,
  });
  context.setDefaultTimeout(WAIT_MS);
  const page = context.pages()[0] ?? (await context.newPage());
  const complaints = listen(page, address);
  return {
    page,
    complaints,
    async open(path) {
      await page.goto(`${address}${path}`);
      await settled(page);
    },
    async show(width, scheme) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    },
    async keep(name) {
      await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
    },
    [Symbol.asyncDispose]: () => closed(context, profile),
  };
}

/** Until the page has a heading and is waiting for no answer. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.locator('.loading').first().waitFor({ state: 'detached' });
}

function listen(page: Page, address: string): string[] {
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(`script: ${message}`));
  page.on('console', (message) => {
    // A refusal is an answer, and the browser writes a line for each.
    if (message.type() === 'error' && !/status of (400|404|410)/.test(message.text()))
      complaints.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(address)) complaints.push(`request to elsewhere: ${request.url()}`);
  });
  return complaints;
}

async function closed(context: BrowserContext, profile: string): Promise<void> {
  await context.close();
  await rm(profile, { recursive: true, force: true });
}

/** What axe finds serious or critical, each in a line. */
export async function seriousFindings(page: Page, rules: 'all rules' | 'colours'): Promise<readonly string[]> {
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(axe.source);
  const asked = { resultTypes: ['violations'], ...(rules === 'colours' ? { runOnly: ['color-contrast'] } : {}) };
  const { violations } = (await page.evaluate(`axe.run(${JSON.stringify(asked)})`)) as AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

/** What the page shows, as people read it, in one line. */
export async function wordsOf(page: Page): Promise<string> {
  const shown: string = await page.evaluate("document.querySelector('main').innerText");
  return shown.replace(/\s+/g, ' ');
}

/** How far the page is wider than its window, in pixels: what one would have to scroll sideways for. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
