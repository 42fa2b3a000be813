/** `$status` of search parameters, on the type and an instance: how far the index of each is. An operation of this server. */
import type { ParameterStatus, TypeStatus } from '../content/parameter-status.ts';
import { FhirError } from '../fhir/error.ts';
import type { Operation } from '../fhir/operation.ts';
import { valuesOf } from '../fhir/parameters.ts';
import type { FhirRequest, QueryParameters } from '../fhir/request.ts';
import type { OperationDefinition, OperationDefinitionParameter, Parameters, ParametersParameter, SearchParameter } from '../fhir/types.ts';
import { isKindOf } from '../fhirpath/model.ts';

export interface StatusDeps {
  status(isWanted: (definition: SearchParameter, isStored: boolean) => boolean): Promise<readonly ParameterStatus[]>;
}

/**
 * Without an input: every stored search parameter, in force or not. `url`, `code` and `resource` narrow, and find those that
 * come with the server too.
 */
export function searchParameterStatus({ status }: StatusDeps): Operation {
  return {
    definition,
    run: async (request) => {
      const wanted = test(request);
      const found = await status(wanted);
      if (request.id !== undefined && found.length === 0) {
        throw new FhirError('not-found', `SearchParameter/${request.id} is not known to this server.`);
      }
      const body: Parameters = { resourceType: 'Parameters', parameter: found.map(described) };
      return { status: 200, body };
    },
  };
}

const INPUTS = ['url', 'code', 'resource'] as const;

function test(request: FhirRequest): (definition: SearchParameter, isStored: boolean) => boolean {
  const { id } = request;
  const given = inputs(request);
  const [url, code, resource] = INPUTS.map((name) => textOf(given, name));
  const any = url === undefined && code === undefined && resource === undefined;
  return (definition, isStored) =>
    (id === undefined ? isStored || !any : definition.id === id) &&
    (url === undefined || definition.url === url) &&
    (code === undefined || definition.code === code) &&
    (resource === undefined || definition.base.some((base) => isKindOf(resource, base)));
}

const KNOWN: ReadonlySet<string> = new Set([...INPUTS, '_format', '_pretty']);

function inputs({ body, query }: FhirRequest): Parameters | QueryParameters {
  const value = body?.value as Partial<Parameters> | null | undefined;
  if (body && value?.resourceType !== 'Parameters') {
    throw new FhirError('invalid', `The body of $status must be a Parameters resource with any of ${INPUTS.join(', ')}.`);
  }
  const parameters: unknown = value?.parameter ?? [];
  if (!Array.isArray(parameters) || !parameters.every((each) => typeof each === 'object' && each !== null)) {
    throw new FhirError('structure', 'The body of $status is a Parameters resource whose "parameter" is no array of objects; correct it.');
  }
  const names = [...query.map(([name]) => name), ...parameters.map(({ name }: { name?: unknown }) => name)];
  const [foreign] = names.map((name) => String(name)).filter((name) => !KNOWN.has(name));
  if (foreign !== undefined) {
    throw new FhirError('invalid', `"${foreign.slice(0, 64)}" is no input of $status, which takes ${INPUTS.join(', ')}.`);
  }
  return value ? (value as Parameters) : query;
}

function textOf(given: Parameters | QueryParameters, name: string): string | undefined {
  const values = valuesOf(given, name).filter((value) => value !== '');
  if (values.length > 1 || values.some((value) => typeof value !== 'string')) {
    throw new FhirError('invalid', `The input ${name} of $status stands once at most, as a text.`);
  }
  return values[0] as string | undefined;
}

function described({ definition: { url, code, id }, state, reason, types }: ParameterStatus): ParametersParameter {
  const part: ParametersParameter[] = [
    { name: 'url', valueUri: url },
    { name: 'code', valueCode: code },
    ...(id === undefined ? [] : [{ name: 'definition', valueReference: { reference: `SearchParameter/${id}` } }]),
    { name: 'status', valueCode: state },
    ...(reason === undefined ? [] : [{ name: 'reason', valueString: reason }]),
    ...types.map(describedType),
  ];
  return { name: 'searchParameter', part };
}

function describedType({ type, complete, done, total }: TypeStatus): ParametersParameter {
  const part: ParametersParameter[] = [
    { name: 'type', valueCode: type },
    { name: 'complete', valueBoolean: complete },
    ...(done === undefined ? [] : [{ name: 'done', valueUnsignedInt: done }]),
    { name: 'total', valueUnsignedInt: total },
  ];
  return { name: 'resource', part };
}

const input = (name: string, type: OperationDefinitionParameter['type'], documentation: string): OperationDefinitionParameter => ({
  ...{ name, use: 'in', min: 0, max: '1', documentation },
  ...(type && { type }),
});
const output = (
  name: string,
  [min, max]: readonly [number, string],
  what: OperationDefinitionParameter['type'] | OperationDefinitionParameter[],
  documentation: string,
): OperationDefinitionParameter => ({
  ...{ name, use: 'out', min, max, documentation },
  ...(Array.isArray(what) ? { part: what } : what && { type: what }),
});

const definition: OperationDefinition = {
  resourceType: 'OperationDefinition',
  id: 'SearchParameter-status',
  url: 'https://ramus.example.org/fhir/OperationDefinition/SearchParameter-status',
  version: '1.0.0',
  name: 'SearchParameterStatus',
  title: 'How far the index of search parameters is',
  status: 'active',
  kind: 'operation',
  date: '2026-11-25',
  publisher: 'Ramus project',
  description:
    'A search parameter that is stored as active is searched and advertised when every row of its types is indexed with it. This operation tells how many are. Without an input it tells of all stored search parameters; with inputs, of all that fit them, those that come with the server included.',
  affectsState: false,
  code: 'status',
  resource: ['SearchParameter'],
  system: false,
  type: true,
  instance: true,
  parameter: [
    input('url', 'uri', 'Canonical of a search parameter, without version.'),
    input('code', 'code', 'The name that it has in a query.'),
    input('resource', 'code', 'A resource type that it is for.'),
    output(
      'searchParameter',
      [0, '*'],
      [
        output('url', [1, '1'], 'uri', 'Its canonical.'),
        output('code', [1, '1'], 'code', 'Its name in a query.'),
        output('definition', [0, '1'], 'Reference', 'Where it can be read.'),
        output('status', [1, '1'], 'code', 'complete: searched and advertised; indexing: not yet; idle: not in force.'),
        output('reason', [0, '1'], 'string', 'Why it is not in force.'),
        output(
          'resource',
          [0, '*'],
          [
            output('type', [1, '1'], 'code', 'A resource type that it is for.'),
            output('complete', [1, '1'], 'boolean', 'Whether it is searched in this type.'),
            output('done', [0, '1'], 'unsignedInt', 'Rows that are indexed with it.'),
            output('total', [1, '1'], 'unsignedInt', 'Rows of the type.'),
          ],
          'One for each type that has rows.',
        ),
      ],
      'One for each search parameter.',
    ),
  ],
};
