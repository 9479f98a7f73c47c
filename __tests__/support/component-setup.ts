import "@testing-library/jest-dom";
import { configure } from "@testing-library/react";

// Finding by role walks the whole page; a machine that does other things as well needs more than the usual second.
configure({ asyncUtilTimeout: 5000 });
jest.setTimeout(20_000);
