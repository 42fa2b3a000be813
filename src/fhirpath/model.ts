/** R4's elements by path (https://hl7.org/fhir/R4/elementdefinition.html): which property holds an element, and of which type it is. */
import model from 'fhirpath/fhir-context/r4';

/** An element as it stands in JSON. */
export interface Element {
  /** Name of the JSON property; that of a choice carries its type (`valueQuantity`). */
  readonly property: string;
  /** R4's name of the type: `CodeableConcept`, `code`; `BackboneElement` for a part defined in place. */
  readonly type: string;
  /** Where it is defined: `Observation.valueQuantity`, `HumanName.family`. */
  readonly path: string;
}

/**
 * The elements of a name below a type (`Patient`, `HumanName`) or below an element (`Patient.contact`, or one that `elementsOf`
 * gave): one, several for a choice, none where R4 has no such name.
 */
export function elementsOf(parent: string, name: string): readonly Element[] {
  const owner = ownerOf(parent, name);
  if (owner === undefined) return [];
  const path = `${owner}.${name}`;
  const defined = model.pathsDefinedElsewhere[path] ?? path;
  const choices = model.choiceTypePaths[defined];
  if (!choices) return [element(name, defined)];
  return choices.map((choice) => element(`${name}${choice}`, `${defined}${choice}`));
}

/** What `elementsOf` takes to go on below an element. */
export function below({ type, path }: Element): string {
  return type === 'BackboneElement' || type === 'Element' ? path : type;
}

/** Whether a type is another or derived from it (`Age` is a `Quantity`, `Patient` a `Resource`). */
export function isKindOf(type: string, ancestor: string): boolean {
  for (let each: string | undefined = type; each; each = model.type2Parent[each]) {
    if (each === ancestor) return true;
  }
  return false;
}

function element(property: string, path: string): Element {
  const type = model.path2Type[path] ?? 'BackboneElement';
  return { property, path, type: type === 'System.String' ? 'id' : type };
}

/** The type that defines the name: the parent itself or one that it is derived from. */
function ownerOf(parent: string, name: string): string | undefined {
  for (let each: string | undefined = parent; each; each = model.type2Parent[each]) {
    const path = `${each}.${name}`;
    if (model.path2Type[path] || model.choiceTypePaths[path] || model.pathsDefinedElsewhere[path]) return each;
  }
  return undefined;
}
