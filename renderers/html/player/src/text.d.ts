// A module, bundled, as text; see build.mjs.
declare module "text:*" {
  const source: string;
  export default source;
}
