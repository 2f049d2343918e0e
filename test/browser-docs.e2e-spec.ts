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

  it('shows what is answered before anything is sent, for each tier', async () => {
    const page = await chromium.newPage();
    await page.goto(`${api.origin}/api/v1/docs`);
    const read = page.locator('#operations-entries-entries_read');
    await read.locator('.opblock-summary').click();
    const answer = read.locator('.responses-table .response[data-code="200"]');
    const shown = async () => JSON.parse(await answer.locator('.highlight-code').innerText());
    expect(await shown()).toMatchObject({ tier: 'uce', title: 'First snow', tags: ['garden'] });
    await answer.locator('.examples-select-element').selectOption('e2e');
    expect(await shown()).toMatchObject({ tier: 'e2e', sealed: expect.any(String), tag_tokens: [expect.any(String)] });
  });
});
