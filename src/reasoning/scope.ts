import { FhirError } from '../fhir/error.ts';
import { type Compiled, evaluate } from '../fhirpath/expression.ts';
import { createBinding } from './binding.ts';
import type { Facts } from './facts.ts';
import type { Logic } from './logic.ts';

/** What one logic sees of the facts of a call; each name is evaluated at most once, and only when something uses it. */
export interface Scope {
  /**
   * The values of an expression that `logic.expression` has checked, as R4 has them in JSON.
   * `extra`: names beside variables and logic. `input`: what the expression is evaluated on; the patient where it is absent.
   * @throws FhirError where the data does not fit it, or a name that it uses failed
   */
  evaluate(expression: Compiled, extra?: Readonly<Record<string, unknown>>, input?: unknown): readonly unknown[];
  /** Whether it is exactly `true`. @throws FhirError as `evaluate` */
  holds(expression: Compiled, extra?: Readonly<Record<string, unknown>>): boolean;
}

export interface ScopeOptions {
  readonly now: Date;
  /** Binds all resources, whether or not a value set has their code: the same answers, slower. For tests. */
  readonly everything?: boolean;
}

type Values = (name: string) => readonly unknown[];
const VALUES = Symbol('values');

/** Makes scopes of a logic, once all expressions of its plans are checked. */
export function createScopes(logic: Logic): (facts: Facts, options: ScopeOptions) => Scope {
  const bind = createBinding(logic.sets);
  const names = accessors([...logic.named.keys(), ...logic.sets.keys()]);
  return (facts, { now, everything = false }) => {
    const { variables, members } = bind(facts, everything);
    const values = once((name) => {
      const expression = logic.named.get(name);
      return expression ? evaluate(expression, facts.patient, { environment, now, keepTypes: true }) : (members.get(name) ?? []);
    });
    const environment: Readonly<Record<string, unknown>> = Object.assign(Object.create(names), variables, { [VALUES]: values });
    const run: Scope['evaluate'] = (expression, extra, input = facts.patient) =>
      evaluate(expression, input, { environment: extra ? Object.assign(Object.create(environment), extra) : environment, now });
    const holds: Scope['holds'] = (expression, extra) => {
      const values = run(expression, extra);
      return values.length === 1 && values[0] === true;
    };
    return { evaluate: run, holds };
  };
}

/** Names as accessors: the FHIRPath engine reads those alone that an expression names. */
function accessors(names: readonly string[]): object {
  const prototype = {};
  for (const name of new Set(names))
    Object.defineProperty(prototype, name, {
      get(this: { [VALUES]: Values }) {
        return this[VALUES](name);
      },
    });
  return prototype;
}

/** Keeps what came of each name, a failure too. */
function once(compute: Values): Values {
  const kept = new Map<string, { readonly value: readonly unknown[] } | { readonly failure: FhirError }>();
  const attempt = (name: string) => {
    try {
      return { value: compute(name) };
    } catch (error) {
      if (!(error instanceof FhirError)) throw error;
      return { failure: new FhirError('invalid', `The named expression %${name} failed.`) };
    }
  };
  return (name) => {
    const known = kept.get(name) ?? attempt(name);
    kept.set(name, known);
    if ('failure' in known) throw known.failure;
    return known.value;
  };
}
