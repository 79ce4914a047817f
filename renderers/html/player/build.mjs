// Builds ../player.js and ../player.css; --check compares them with the sources, --tests builds the unit tests.
import { build } from "esbuild";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ownNames } from "./shorten.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const common = { bundle: true, absWorkingDir: here, logLevel: "warning", legalComments: "none" };

if (process.argv.includes("--tests")) {
  await build({
    ...common,
    entryPoints: readdirSync(join(here, "tests"))
      .filter((name) => name.endsWith(".test.ts"))
      .map((name) => join("tests", name)),
    outdir: "build/tests",
    outExtension: { ".js": ".mjs" },
    platform: "node",
    format: "esm",
  });
  process.exit();
}

const outputs = { js: "src/main.ts", css: "src/player.css" };
for (const [kind, entry] of Object.entries(outputs)) {
  const { outputFiles } = await build({
    ...common,
    entryPoints: [entry],
    format: "iife",
    target: "es2022",
    charset: "ascii", // whatever the page's encoding is taken for
    minify: true,
    mangleProps: kind === "js" ? new RegExp(`^(${ownNames(join(here, "src")).join("|")})$`) : undefined,
    write: false,
  });
  const path = join(here, "..", `player.${kind}`);
  const made = outputFiles[0].text;
  if (process.argv.includes("--check")) {
    if (!existsSync(path) || readFileSync(path, "utf8") !== made) {
      console.error(`player.${kind} is not what its sources make: run "npm run build"`);
      process.exitCode = 1;
    }
  } else {
    writeFileSync(path, made);
    console.log(`player.${kind}: ${(made.length / 1000).toFixed(1)} kB`);
  }
}
