import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** Where the browser is, if it is there. */
export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const isChromiumThere = existsSync(CHROMIUM);

/** A browser with a profile of its own, for the tests of one group. */
export class TestBrowser {
  private context!: BrowserContext;
  private folder!: string;

  async start(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'daybook-browser-'));
    this.context = await chromium.launchPersistentContext(this.folder, {
      executablePath: CHROMIUM,
      headless: true,
      args: ARGUMENTS,
    });
  }

  async stop(): Promise<void> {
    await this.context?.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  newPage(): Promise<Page> {
    return this.context.newPage();
  }

  /** The names of all cookies that the browser keeps, also of those that no script can read. */
  async cookieNames(): Promise<string[]> {
    return (await this.context.cookies()).map(({ name }) => name).toSorted();
  }
}

export function useChromium(): TestBrowser {
  const browser = new TestBrowser();
  beforeAll(() => browser.start());
  afterAll(() => browser.stop());
  return browser;
}
