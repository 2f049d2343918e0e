import { describe, expect, it } from '@jest/globals';
import { useApi } from './harness/api.js';
import { CHROMIUM, isChromiumThere, useChromium } from './harness/chromium.js';

if (!isChromiumThere) it(`Swagger UI was not tried in a browser: there is no chromium at ${CHROMIUM}`, () => {});

(isChromiumThere ? describe : describe.skip)('Swagger UI', () => {
  const api = useApi();
  const chromium = useChromium();

  it('sends the example of an entry with a token, and shows what is answered', async () => {
    const { accessToken } = await api.newUser();
    const page = await chromium.newPage();
    const faults: string[] = [];
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await page.goto(`${api.origin}/api/v1/docs`);

    await page.locator('button.authorize').first().click();
    const bearer = page.locator('.auth-container').first();
    await bearer.locator('input').fill(accessToken);
    await bearer.locator('button.authorize').click();
    await page.locator('.btn-done').first().click();

    const write = page.locator('#operations-entries-entries_write');
    await write.locator('.opblock-summary').click();
    await write.locator('button.execute').click();
    expect(await write.locator('.live-responses-table .response-col_status').last().innerText()).toContain('201');
    expect(faults).toEqual([]);
  });
});
