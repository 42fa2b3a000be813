import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { core, patient, plan, validatorOf } from './subject.ts';

const validator = validatorOf();
const runs = Number(process.env.MUTATION_RUNS ?? 300);

/** Every place in a JSON value. */
function places(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Array.isArray(value) ? value.map((each, index): [number, unknown] => [index, each]) : Object.entries(value);
  return [path, ...inner.flatMap(([name, each]) => places(each, [...path, name]))];
}

function put(root: object, path: readonly (string | number)[], value: unknown): unknown {
  if (path.length === 0) return value;
  const copy = structuredClone(root);
  let parent = copy as Record<string | number, unknown>;
  for (const name of path.slice(0, -1)) parent = parent[name] as Record<string | number, unknown>;
  parent[path.at(-1) ?? ''] = value;
  return copy;
}

const originals = [
  plan,
  patient,
  { resourceType: 'Bundle', type: 'collection', entry: [{ resource: plan }, { resource: patient }] },
  core.structure('Period'),
];
const mutation = fc
  .constantFrom(...(originals as object[]))
  .chain((original) =>
    fc.tuple(
      fc.constant(original),
      fc.constantFrom(...places(original)),
      fc.oneof(
        fc.jsonValue({ maxDepth: 3 }),
        fc.constantFrom<unknown>(
          [],
          {},
          [null],
          [[]],
          '',
          'PlanDefinition',
          { resourceType: 'Patient' },
          { extension: [] },
          '#',
          'Patient/1',
        ),
      ),
    ),
  );

test('whatever stands at whatever place, it is answered with issues that have a sentence and a place', async () => {
  await fc.assert(
    fc.asyncProperty(mutation, async ([original, path, value]) => {
      const issues = await validator.validate(put(original, path, value));
      for (const { severity, code, diagnostics, expression } of issues) {
        expect([severity, code]).not.toContain('fatal');
        expect(diagnostics).toMatch(/\.$/);
        expect(expression?.[0]).toMatch(/^[A-Z][\w.[\]]*$/);
      }
    }),
    { numRuns: runs },
  );
});
