/** The explorer page in a real Chromium, on a gateway over the demo's chain; screenshots are kept in `.vchain/screenshots`. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import {
  type Browser,
  overflow,
  SCREENSHOTS,
  type Scheme,
  seriousFindings,
  settled,
  startBrowser,
  wordsOf,
} from './browser.ts';
import { bundledClient } from './bundled-client.ts';
import { findChromium } from './chromium.ts';
import { type Stack, startStack } from './stack.ts';

// For what hangs: a busy machine may take its time.
jest.setTimeout(120_000);

const KV = '/chains/kv/machines/kv';
const BNS = '/chains/bns/machines/bns';

const program = await findChromium(process.env).catch((error: Error) => {
  console.error(`the explorer is not looked at, since there is no Chromium: ${error.message}`);
  return null;
});

let stack: Stack;
let browser: Browser;
let page: Page;

interface Block {
  readonly height: number;
  readonly hash: string;
  readonly consensusHash: string;
}
interface Operation {
  readonly txid: string;
  readonly verdict: string;
  readonly code: string | null;
  readonly name: string;
}

/** A proof as the gateway answers it, as far as tests change it. */
interface Proof {
  readonly header: string;
}

async function ask<Body>(path: string): Promise<Body> {
  const response = await fetch(`${stack.address}/v1${path}`);
  expect([path, response.status]).toEqual([path, 200]);
  return (await response.json()) as Body;
}

async function operationsOf(machine: string, query: string): Promise<readonly Operation[]> {
  return (await ask<{ entries: readonly Operation[] }>(`${machine}/operations?limit=100&${query}`)).entries;
}

const heading = () => page.locator('h1').first().textContent();
const words = () => wordsOf(page);
const focused = (field: string): Promise<string> => page.evaluate(`document.activeElement.${field}`);
const go = (path: string) => browser.open(path);

async function search(text: string): Promise<void> {
  await page.keyboard.press('/');
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
  await settled(page);
}

(program === null ? describe.skip : describe)('the explorer in Chromium', () => {
  beforeAll(async () => {
    stack = await startStack();
    browser = await startBrowser(program as string, stack.address);
    page = browser.page;
    await browser.show(1_400, 'light');
    console.error(`screenshots: ${SCREENSHOTS}`);
  }, 240_000);

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await stack?.[Symbol.asyncDispose]();
  }, 60_000);

  test('the shell comes with a strict policy, its files are kept for good, and other addresses are no page', async () => {
    const shell = await fetch(`${stack.address}${KV}/blocks/101`);
    expect(shell.status).toBe(200);
    expect(shell.headers.get('content-security-policy')).toMatch(/^default-src 'self';(?!.*unsafe)/);
    expect(shell.headers.get('cache-control')).toBe('no-cache');
    const html = await shell.text();
    expect(html).not.toMatch(/<script(?![^>]*src=)|<style|style=| on\w+=/);
    const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const file of files) {
      const answer = await fetch(`${stack.address}${file}`);
      expect([file, answer.status, answer.headers.get('cache-control')]).toEqual([
        file,
        200,
        'public, max-age=31536000, immutable',
      ]);
    }
    for (const path of ['/v1/nothing', '/assets/nothing.js', '/nothing'])
      expect((await fetch(`${stack.address}${path}`)).headers.get('content-type')).toContain(
        'application/problem+json',
      );
  });

  test('by keyboard alone: from the overview to a machine, a block and an operation', async () => {
    await go('/');
    await page.keyboard.press('Tab');
    expect(await focused('textContent')).toBe('Skip to the content');
    expect(await words()).toMatch(/bns .*kv/);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('.strip-block').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('k');
    expect(await focused('className')).toBe('strip-block');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Block / }).waitFor();
    await page.goBack();
    await page.locator('.strip-block').first().waitFor();
  });

  test('a rejected operation says why, in words, and what it said; an accepted one what it changed', async () => {
    const [taken] = await operationsOf(KV, 'verdict=rejected');
    await go(`${KV}/operations/${taken?.txid}`);
    expect(await heading()).toBe('Update');
    expect(await words()).toMatch(/rejected .*not owner: garden belongs to .*NOT_OWNER/);
    expect(await words()).toContain('“garden:a rose”');
    const updated = (await operationsOf(KV, 'verdict=accepted&opcode=3d'))[0];
    await go(`${KV}/operations/${updated?.txid}`);
    await page.locator('.change-table').waitFor();
    expect(await words()).toMatch(/value 612072…6f7365 “a rose is a rose” 746865…6d6572/);
    expect(await words()).toMatch(/Transaction .*from .* to OP_RETURN/);
    await browser.keep('operation');
  });

  /** Answers of the gateway that come changed, while `work` goes on. */
  async function tampered(change: (proof: Proof) => Proof, work: () => Promise<void>): Promise<void> {
    const proofs = /\/operations\/[0-9a-f]{64}\/proof/;
    await page.route(proofs, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: change((await response.json()) as Proof) });
    });
    await work();
    await page.unroute(proofs);
  }

  /** The newest block on top of the one with the transaction, the last digit of its merkle root another. */
  const withWrongHeader = ({ header, ...proof }: Proof): Proof => ({ ...proof, header: flipped(header, 135) });
  const flipped = (hex: string, at: number): string =>
    `${hex.slice(0, at)}${hex[at] === '0' ? '1' : '0'}${hex.slice(at + 1)}`;

  test('the proof of a transaction is checked in the page, and one that was tampered with is found out', async () => {
    const txid = (await operationsOf(KV, 'verdict=accepted&opcode=2b'))[0]?.txid;
    await go(`${KV}/operations/${txid}`);
    await page.locator('.proof-says.holds').waitFor();
    expect(await page.locator('.steps li.holds').count()).toBe(6);
    expect(await words()).toMatch(
      /The transaction as it is shown hashes to its id .*14 blocks on top of it, each with its own work/,
    );
    await browser.keep('proof');
    await tampered(withWrongHeader, async () => {
      await go(`${KV}/operations/${txid}`);
      await page.locator('.proof-says.fails').waitFor();
      expect(await page.locator('.steps li.fails').first().textContent()).toContain('merkle path');
    });
    await browser.keep('proof-fails');
  });

  test('the client verifies in a browser: a good answer, and not one that was tampered with', async () => {
    await go('/');
    await page.evaluate(await bundledClient());
    const txid = (await operationsOf(BNS, 'verdict=accepted&opcode=3a'))[0]?.txid;
    const { height, hash } = stack.miner.tip;
    const question = { gateway: stack.address, chain: 'bns', machine: 'bns', magic: '6964', trusted: { hash, height } };
    const verify = () =>
      page.evaluate(
        `client.verifyOperation(${JSON.stringify(txid)}, ${JSON.stringify(question)})
          .then(({ operation }) => operation.txid, ({ code }) => code)`,
      );
    expect(await verify()).toBe(txid);
    await tampered(withWrongHeader, async () => expect(await verify()).toBe('ANSWER_NOT_PROVEN'));
  });

  test('a key with its history, and a slider through the heights', async () => {
    await go(`${KV}/collections/names`);
    await page.getByRole('link', { name: 'garden' }).click();
    await page.locator('.versions > li').nth(3).waitFor();
    expect(await page.locator('.versions > li').count()).toBe(4);
    const slider = page.getByRole('slider');
    await slider.focus();
    const back = (await heightNow()) - (stack.kvHeight - 2);
    for (let i = 0; i < back; i++) await page.keyboard.press('ArrowLeft');
    await page.getByRole('heading', { name: `At height ${stack.kvHeight - 2}` }).waitFor();
    expect(await words()).toMatch(/“a rose is a rose” revision 1 locked no/);
    expect(new URL(page.url()).searchParams.get('at')).toBe(String(stack.kvHeight - 2));
    await browser.keep('key');
  });

  test('the slider stays where the hand has it while the page goes to a height on the way', async () => {
    const newest = await heightNow();
    await go(`${KV}/collections/names/rows/garden`);
    await page.getByRole('slider').waitFor();
    // The second move comes when the page has just been told of the first, and is about to show it.
    const shown = await page.evaluate(`new Promise((resolve) => {
      const slider = document.querySelector('input[type=range]');
      const moveTo = (height) => {
        slider.value = height;
        slider.dispatchEvent(new Event('input', { bubbles: true }));
      };
      const replace = history.replaceState;
      history.replaceState = function (...address) {
        history.replaceState = replace;
        history.replaceState(...address);
        setTimeout(() => {
          moveTo(${newest - 2});
          setTimeout(() => resolve(slider.value), 50);
        });
      };
      moveTo(${newest - 1});
    })`);
    expect(shown).toBe(String(newest - 2));
    await page.getByRole('heading', { name: `At height ${newest - 2}` }).waitFor();
    expect(await page.getByRole('slider').inputValue()).toBe(String(newest - 2));
  });

  async function heightNow(): Promise<number> {
    return (await ask<{ entries: readonly Block[] }>(`${KV}/blocks?limit=1`)).entries[0]?.height ?? 0;
  }

  test('names have an owner, an expiry and a price', async () => {
    await go(`${BNS}/names`);
    await page.getByRole('link', { name: /gold\.demo/ }).waitFor();
    await page.locator('.name-row', { hasText: 'gold.demo' }).locator('text=/expires at/').waitFor();
    await browser.keep('names');
    await page.getByRole('link', { name: /gold\.demo/ }).click();
    await page.getByRole('heading', { name: 'Price' }).waitFor();
    await page.locator('dt', { hasText: 'standing' }).waitFor();
    const shown = await words();
    expect(shown).toContain(stack.people.addressOf('alice')); // until the reorganisation
    expect(shown).toMatch(/standing expires at 105,3\d\d/);
    expect(shown).toMatch(/in the next block 2,560 sat, or [\d.]+ STACKS/);
    await browser.keep('name');
  });

  test('one box finds a height, a hash, a consensus hash, a transaction, a name, an address, and a text', async () => {
    const { entries } = await ask<{ entries: readonly Block[] }>(`${BNS}/blocks?limit=1`);
    const tip = entries[0] as Block;
    const [first] = await operationsOf(BNS, 'opcode=3a');
    const cases = [
      [String(stack.kvHeight), `block ${stack.kvHeight}`],
      [tip.hash, `block ${tip.height}`],
      [tip.consensusHash, `block of a consensus hash ${tip.height}`],
      [first?.txid ?? '', 'operation name registration'],
      ['gold.demo', 'name gold.demo'],
      [stack.people.addressOf('carol'), 'name carol.demo'],
      ['rose of summer', 'operation update accepted'],
    ] as const;
    await go('/');
    for (const [text, found] of cases) {
      await search(text);
      await page
        .locator('.found', { hasText: new RegExp(found.replaceAll('.', '\\.').replaceAll(' ', '\\s*'), 'i') })
        .first()
        .waitFor();
    }
    await browser.keep('search');
  });

  const ADDRESSES: readonly (readonly [name: string, path: () => string | Promise<string>])[] = [
    ['overview', () => '/'],
    ['machine', () => BNS],
    ['blocks', () => `${BNS}/blocks`],
    ['block', () => `${BNS}/blocks/${stack.miner.tip.height - 3}`],
    ['operations', () => `${BNS}/operations?verdict=rejected`],
    ['operation', async () => `${BNS}/operations/${(await operationsOf(BNS, 'verdict=accepted'))[0]?.txid}`],
    ['rows', () => `${BNS}/collections/names`],
    ['row', () => `${BNS}/collections/names/rows/gold.demo`],
    ['names-list', () => `${BNS}/names`],
    ['name', () => `${BNS}/names/gold.demo`],
    ['search', () => '/search?q=gold.demo'],
    ['nothing', () => '/chains/none/machines/none'],
  ];
  const SHOWN: readonly (readonly [width: number, scheme: Scheme])[] = [
    [360, 'light'],
    [360, 'dark'],
    [1_400, 'light'],
    [1_400, 'dark'],
  ];

  /** Pictures of these are kept: one of each width, one of each scheme. */
  const KEPT = new Set(['360 light', '1400 dark']);

  /** What is wrong with the page as it is, shown so. */
  async function findingsAt(name: string, width: number, scheme: Scheme): Promise<readonly string[]> {
    const shown = `${name}-${width}-${scheme}`;
    await browser.show(width, scheme);
    if (KEPT.has(`${width} ${scheme}`)) await browser.keep(shown);
    // What is not about colours is the same in the dark.
    const findings = await seriousFindings(page, scheme === 'light' ? 'all rules' : 'colours');
    const isWide = (await overflow(page)) > 0;
    return [...findings, ...(isWide ? ['wider than its window'] : [])].map((finding) => `${shown}: ${finding}`);
  }

  test.each(ADDRESSES)('%s: nothing serious for axe, and nothing to scroll sideways for', async (name, path) => {
    await go(await path());
    const found: string[] = [];
    for (const [width, scheme] of SHOWN) found.push(...(await findingsAt(name, width, scheme)));
    expect(found).toEqual([]);
  });

  test('a reorganisation while the page is open is told, and both branches can be compared', async () => {
    await browser.show(1_400, 'light');
    await go(BNS);
    const lost = stack.miner.tip;
    await page.locator('.strip-block', { hasText: String(lost.height) }).waitFor();
    await page.locator('.live.feed').waitFor();
    const silver = (await operationsOf(BNS, `from=${lost.height}`)).find(({ name }) => name === 'name_transfer');
    await stack.reorganise();
    await page.locator('.facts', { hasText: stack.miner.tip.hash }).waitFor();
    await page
      .locator('.reorganised', { hasText: `3 blocks from height ${lost.height - 2} on were taken back` })
      .waitFor();
    expect(await page.locator('.strip').textContent()).not.toContain(lost.hash.slice(0, 4));
    await browser.keep('reorganisation-told');
    await page.getByRole('link', { name: 'Compare both branches' }).click();
    await page.locator('.branch.stands').waitFor();
    const [went, stands] = await Promise.all(
      ['lost', 'stands'].map((kind) => page.locator(`.branch.${kind}`).textContent()),
    );
    expect(went).toMatch(/118.*crown\.demo.*again at 119: rejected.*throne\.demo.*not on the other branch/);
    expect(stands).toMatch(/118.*crown\.demo.*119.*not preordered.*consensus hash stale.*121/);
    const differing = await words();
    expect(differing).toMatch(/names crown\.demo differs/);
    expect(differing).toContain(stack.people.addressOf('alice'));
    expect(differing).toContain(stack.people.addressOf('bob'));
    expect(differing).toMatch(/preorders [0-9a-f]{40} \/ \d+ was gone on the branch that went, and is there again/);
    for (const [width, scheme] of SHOWN) expect(await findingsAt('reorganisation', width, scheme)).toEqual([]);
    await go(`${BNS}/reorganisations`);
    await page.locator('.row', { hasText: '3 blocks' }).waitFor();
    await go(`${BNS}/operations/${silver?.txid}`);
    expect(await words()).toContain('A reorganisation may have taken it back');
    await go(`${BNS}/blocks/${lost.hash}`);
    expect(await words()).toContain('No block of this hash is on the branch');
  }, 120_000);

  test('nothing went wrong in the page, and nothing was asked of anybody else', () => {
    expect(browser.complaints).toEqual([]);
  });

  test('a gateway that asks for a token: the page asks for it, says when it is none, and shows everything with it', async () => {
    await page.goto(`${stack.lockedAddress}${KV}`);
    await settled(page);
    expect(await heading()).toBe('This gateway asks for a token');
    expect(await seriousFindings(page, 'all rules')).toEqual([]);
    await page.locator('#token').fill(`vct_${'A'.repeat(43)}`);
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.locator('.notice', { hasText: 'revoked' }).waitFor();
    await page.locator('#token').fill(stack.token);
    await page.keyboard.press('Enter');
    await page.locator('.facts').first().waitFor();
    expect(await words()).toContain('kv');
    expect(page.url()).toBe(`${stack.lockedAddress}${KV}`);
  });
});
