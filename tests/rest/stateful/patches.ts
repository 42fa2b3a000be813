/** A few patches, each with what it makes of a resource. */
import { JSON_PATCH } from '../../../src/rest/patched.ts';
import type { Resource, Type } from './state.ts';

export interface ModelPatch {
  readonly label: string;
  readonly contentType: string;
  body(type: Type): object;
  /** Undefined: it does not fit. */
  apply(resource: Resource): Resource | undefined;
}

const jsonPatch = (label: string, body: readonly object[], apply: ModelPatch['apply']): ModelPatch => ({
  ...{ label, contentType: JSON_PATCH, apply },
  body: () => body,
});

const fhirPathPatch = (label: string, path: string, kind: string, value: object, apply: ModelPatch['apply']): ModelPatch => ({
  ...{ label, contentType: 'application/fhir+json', apply },
  body: (type) => ({
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'operation',
        part: [
          { name: 'type', valueCode: kind },
          { name: 'path', valueString: path.replace('TYPE', type) },
          ...Object.entries(value).map(([name, given]) => ({ name, ...given })),
        ],
      },
    ],
  }),
});

function without(resource: Resource, name: string): Resource {
  return Object.fromEntries(Object.entries(resource).filter(([member]) => member !== name)) as Resource;
}

export const patches: readonly ModelPatch[] = [
  jsonPatch('set the gender', [{ op: 'add', path: '/gender', value: 'other' }], (resource) => ({ ...resource, gender: 'other' })),
  jsonPatch('take active away', [{ op: 'remove', path: '/active' }], (resource) =>
    'active' in resource ? without(resource, 'active') : undefined,
  ),
  jsonPatch('one identifier more', [{ op: 'add', path: '/identifier/-', value: { system: 's', value: '4' } }], (resource) =>
    'identifier' in resource ? { ...resource, identifier: [...(resource.identifier as object[]), { system: 's', value: '4' }] } : undefined,
  ),
  jsonPatch(
    'set the gender if active',
    [
      { op: 'test', path: '/active', value: true },
      { op: 'add', path: '/gender', value: 'female' },
    ],
    (resource) => (resource.active === true ? { ...resource, gender: 'female' } : undefined),
  ),
  jsonPatch('nothing', [], (resource) => resource),
  fhirPathPatch('replace the gender', 'TYPE.gender', 'replace', { value: { valueCode: 'male' } }, (resource) =>
    'gender' in resource ? { ...resource, gender: 'male' } : undefined,
  ),
  fhirPathPatch('delete active', 'TYPE.active', 'delete', {}, (resource) => without(resource, 'active')),
];
