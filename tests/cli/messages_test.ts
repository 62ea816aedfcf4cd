/** Errors as a new user meets them: what is typed, and all that is then said. */
import { atWork } from "./cluster.ts";
import { holdToGolden, played } from "./golden.ts";
import { COMMANDS, FILES, THERE } from "./messages.ts";

Deno.test("every command line says what was wrong, to what, why, and what to do", async () => {
  const scenes = COMMANDS.map((command, i) => ({
    command,
    goesWell: i === COMMANDS.indexOf(THERE),
  }));
  await atWork(FILES, async (work) => {
    await holdToGolden("messages.txt", await played(work, scenes));
  });
});
