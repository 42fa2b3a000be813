import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

const script = `
  await import('./dist/src/utc.js');
  const { compile, evaluate } = await import('./dist/src/fhirpath/expression.js');
  const now = new Date('2026-03-14T01:00:00Z');
  const input = { resourceType: 'Observation', effectiveDateTime: '2026-03-14' };
  const texts = ['now() - 1 day', 'today() - 12 months', 'effective <= today()', 'effective.ofType(dateTime) >= today() - 7 days', "@2026-03-14T00:30:00Z >= today()"];
  console.log(JSON.stringify(texts.map((text) => evaluate(compile(text), input, { now }))));
`;

test.each(['America/New_York', 'Asia/Tokyo', 'Pacific/Kiritimati'])('a server that stands in %s reads dates as one in UTC does', (zone) => {
  const answer = (TZ: string) =>
    execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8', env: { ...process.env, TZ } });
  expect(answer(zone)).toBe(answer('UTC'));
});
