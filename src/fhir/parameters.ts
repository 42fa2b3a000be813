/** Parameters to names and values and back (https://hl7.org/fhir/R4/parameters.html). */
import type { QueryParameters } from './request.ts';
import type { Parameters, ParametersParameter } from './types.ts';

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

function isParameters(value: Parameters | QueryParameters): value is Parameters {
  return !Array.isArray(value);
}
