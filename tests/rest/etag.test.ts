import { describe, expect, test } from '@jest/globals';
import { ifMatch, ifNoneMatch, isUnchanged, parseTags } from '../../src/rest/etag.ts';

describe('version tags', () => {
  test.each([
    ['W/"3"', ['3']],
    ['"3"', ['3']],
    ['W/"3", "4" ,W/"x"', ['3', '4', 'x']],
    [' * ', '*'],
  ])('13: %s is read', (header, tags) => {
    expect(parseTags(header, 'If-Match')).toEqual(tags);
  });

  test.each(['3', 'W/3', '', 'W/"3', '"3" "4"', '*, "3"', 'w/"3"'])('13: %j is refused', (header) => {
    expect(() => parseTags(header, 'If-Match')).toThrow(expect.objectContaining({ kind: 'invalid' }));
  });

  test('34: a tag that is no version number fits no version', () => {
    expect(ifMatch({ ifMatch: 'W/"abc", W/"0", W/"007"' })).toEqual([]);
    expect(ifMatch({ ifMatch: 'W/"7"' })).toEqual([7]);
    expect(ifMatch({ ifMatch: '*' })).toBe('*');
    expect(ifMatch({})).toBeUndefined();
  });

  test('34: If-None-Match of an update takes only *', () => {
    expect(ifNoneMatch({ ifNoneMatch: '*' })).toBe('*');
    expect(() => ifNoneMatch({ ifNoneMatch: 'W/"1"' })).toThrow(expect.objectContaining({ kind: 'invalid' }));
  });
});

describe('conditional read', () => {
  const updated = '2026-03-14T10:00:00.900Z';
  const same = 'Sat, 14 Mar 2026 10:00:00 GMT';

  test.each([
    [{ ifNoneMatch: 'W/"3"' }, true],
    [{ ifNoneMatch: '"3"' }, true],
    [{ ifNoneMatch: 'W/"2", W/"3"' }, true],
    [{ ifNoneMatch: '*' }, true],
    [{ ifNoneMatch: 'W/"2"' }, false],
    [{ ifModifiedSince: same }, true],
    [{ ifModifiedSince: 'Sat, 14 Mar 2026 09:59:59 GMT' }, false],
    [{ ifModifiedSince: '2026-03-14' }, false],
    [{ ifNoneMatch: 'W/"2"', ifModifiedSince: same }, false],
    [{ ifNoneMatch: 'W/"3"', ifModifiedSince: 'Sat, 14 Mar 2026 09:59:59 GMT' }, true],
    [{}, false],
  ])('14: %j → %s', (conditions, unchanged) => {
    expect(isUnchanged(conditions, 'W/"3"', updated)).toBe(unchanged);
  });
});
