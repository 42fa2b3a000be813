/** Parameters to names and values and back (https://hl7.org/fhir/R4/parameters.html). */
import { FhirError } from './error.ts';
import type { QueryParameters } from './request.ts';
import type { FhirResource, Parameters, ParametersParameter } from './types.ts';

/** What stands in one parameter: its `value[x]`, its resource, or its parts. */
export function parameterValue(parameter: ParametersParameter): unknown {
  if (parameter.resource) return parameter.resource;
  const member = Object.keys(parameter).find((name) => name.startsWith('value'));
  return member ? parameter[member as keyof ParametersParameter] : parameter.part;
}

/** All values of a name, in order; of a GET, those of the query. */
export function valuesOf(parameters: Parameters | QueryParameters, name: string): readonly unknown[] {
  if (isParameters(parameters)) return (parameters.parameter ?? []).filter((p) => p.name === name).map(parameterValue);
  return parameters.filter(([given]) => given === name).map(([, value]) => value);
}

/** The one string value of a name. @throws FhirError `invalid` where there are several or it is no string. */
export function stringOf(parameters: Parameters | QueryParameters, name: string): string | undefined {
  const values = valuesOf(parameters, name);
  if (values.length > 1) throw new FhirError('invalid', `The parameter "${name}" stands ${values.length} times; give it once.`);
  const [value] = values;
  if (value !== undefined && typeof value !== 'string') throw new FhirError('invalid', `The parameter "${name}" must be a string.`);
  return value;
}

/** A resource given as a parameter. */
export function resourceOf(parameters: Parameters, name: string): FhirResource | undefined {
  return parameters.parameter?.find((p) => p.name === name)?.resource as FhirResource | undefined;
}

function isParameters(value: Parameters | QueryParameters): value is Parameters {
  return !Array.isArray(value);
}
