/** https://hl7.org/fhir/R4/operations.html#executing: where each operation stands follows from its definition. */
import { FhirError } from '../fhir/error.ts';
import type { Operation } from '../fhir/operation.ts';
import type { Interaction } from '../fhir/request.ts';
import type { OperationDefinition, ResourceType } from '../fhir/types.ts';
import { addressOf } from './address.ts';
import type { RestDeps } from './deps.ts';
import type { Route } from './routes.ts';

/** POST at each level of the definition, and GET where nothing changes and the address can hold all that is required. */
export function operationRoutes({ operations, readOnly }: Pick<RestDeps, 'operations' | 'readOnly'>): readonly Route[] {
  return operations.flatMap((operation) => {
    const run = readOnly && operation.definition.affectsState !== false ? refuse(operation) : operation.run;
    const methods = takesGet(operation.definition) ? (['GET', 'POST'] as const) : (['POST'] as const);
    return places(operation.definition).flatMap((place) =>
      methods.map((method) => ({ method, interaction: 'operation', ...place, run: place.path.includes('[id]') ? onInstance(run) : run })),
    );
  });
}

/** The types that an operation is defined on; none for all. */
export function typesOf({ resource = [] }: OperationDefinition): readonly ResourceType[] {
  return resource.filter((name) => name !== 'Resource' && name !== 'DomainResource') as ResourceType[];
}

function places(definition: OperationDefinition): readonly Pick<Route, 'path' | 'type'>[] {
  const { code, system, type, instance } = definition;
  const named = typesOf(definition);
  const stems = named.length > 0 ? named.map((name) => ({ stem: `/${name}`, type: name })) : [{ stem: '/[type]' }];
  return [
    ...(system ? [{ path: `/$${code}` }] : []),
    ...(type ? stems.map(({ stem, ...rest }) => ({ path: `${stem}/$${code}`, ...rest })) : []),
    ...(instance ? stems.map(({ stem, ...rest }) => ({ path: `${stem}/[id]/$${code}`, ...rest })) : []),
  ];
}

/** An input of a complex type that may be left out does not stand in the way of GET; one that must be given does. */
function takesGet({ affectsState, parameter = [] }: OperationDefinition): boolean {
  if (affectsState !== false) return false;
  return parameter.every(({ use, min, type, part }) => use === 'out' || min === 0 || (!part && /^[a-z]/.test(type ?? '')));
}

function onInstance(run: Interaction): Interaction {
  return async (request) => {
    addressOf(request);
    return run(request);
  };
}

function refuse({ definition }: Operation): Interaction {
  return async () => {
    throw new FhirError('forbidden', `$${definition.code} may change what is stored, and this server is read-only (READ_ONLY).`);
  };
}
