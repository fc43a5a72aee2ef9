import Module from 'node:module';

type Resolve = (name: string, ...more: unknown[]) => string;

/**
 * Of Medusa's framework the payment provider only imports the utilities, which the framework takes from this package. The
 * whole framework takes ten minutes to install. Returns the function that ends it.
 */
export function useUtilitiesAlone(): () => void {
  const loader = Module as unknown as { _resolveFilename: Resolve };
  const original = loader._resolveFilename;
  loader._resolveFilename = (name, ...more) =>
    original(name === '@medusajs/framework/utils' ? '@medusajs/utils' : name, ...more);
  return () => {
    loader._resolveFilename = original;
  };
}
