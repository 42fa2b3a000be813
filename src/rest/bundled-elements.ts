/** A Bundle that is stored is kept as it is, whatever its type: nothing in it is carried out (https://hl7.org/fhir/R4/http.html#transaction). */
import { type TypedElement, typedElements } from '../fhirpath/typed-elements.ts';

export interface PlacedElement extends TypedElement {
  /** Whether it stands in an entry of a Bundle: the resource itself, or one inside it. */
  readonly bundled: boolean;
}

/** All elements below a resource, in document order. */
export function* placedElements(resource: object): Generator<PlacedElement> {
  const { resourceType } = resource as { readonly resourceType?: unknown };
  const around = resourceType === 'Bundle' ? ['Bundle'] : []; // Bundles that the element stands in
  for (const element of typedElements(resource)) {
    const { expression, type } = element;
    while (around.length > 0 && !expression.startsWith(`${around.at(-1)}.`)) around.pop();
    yield { ...element, bundled: around.some((each) => expression.startsWith(`${each}.entry[`)) };
    if (type === 'Bundle') around.push(expression);
  }
}
