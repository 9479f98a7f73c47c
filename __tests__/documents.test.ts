import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { filesUnder } from "./support/source-files";

const documents = filesUnder(".").filter((file) => file.endsWith(".md"));

test.each(documents)("%s links to files that are there", (file) => {
  const links = [...readFileSync(file, "utf8").matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(
    ([, link = ""]) => link,
  );
  expect(links.filter((link) => !existsSync(path.join(path.dirname(file), link)))).toEqual([]);
});

test.each(documents)("%s names npm scripts that there are", (file) => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  const named = [...readFileSync(file, "utf8").matchAll(/\bnpm run (?:-s )?([a-z:-]+)/g)].map(([, name = ""]) => name);
  expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});
