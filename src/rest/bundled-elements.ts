/** A Bundle that is stored is kept as it is, whatever its type: nothing in it is carried out (https://hl7.org/fhir/R4/http.html#transaction). */
import { type TypedElement, typedElements } from '../fhirpath/typed-elements.ts';

export interface PlacedElement extends TypedElement {
  /** Whether it stands in an entry of a Bundle: the resource itself, or one inside it. */
  readonly bundled: boolean;
}

/** All elements below a resource, in document order. */
export function* placedElements(resource: object): Generator<PlacedElement> {
  const { resourceType } = resource as { readonly resourceType?: unknown };
  const entries = resourceType === 'Bundle' ? ['Bundle.entry['] : [];
  for (const element of typedElements(resource)) {
    if (element.type === 'Bundle') entries.push(`${element.expression}.entry[`);
    yield { ...element, bundled: entries.some((each) => element.expression.startsWith(each)) };
  }
}
